import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import type { Domain } from '../../shared/schema.ts';
import { hereKey, type SnapshotTree, type TreeRow } from '../../shared/snapshot-tree.ts';
import { openMenu, selectRow } from '../store/actions.ts';
import { goesOnSince } from '../store/selectors.ts';
import { type AppState, domainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { Grid } from '../ui/grid/grid.tsx';
import { useGrid } from '../ui/grid/use-grid.ts';
import { useNow } from '../ui/hooks.ts';
import { useKeptScroll } from '../ui/kept-scroll.ts';
import parts from '../ui/parts.module.css';
import { AroundContext, useMakeAround } from './around.ts';
import { useChoosing } from './choosing-rows.ts';
import { historyColumns, historyGrid } from './columns.tsx';
import styles from './history.module.css';
import { nameId } from './name-cell.tsx';
import { useWantedFocus } from './use-wanted-focus.ts';

/**
 * The history of a domain as a grid of rows with lanes; sorted, or filtered, its rows are on their own. The selected row is
 * the one that can be tabbed to.
 */
export function HistoryGrid({
  domain,
  tree,
  rows: given,
}: {
  domain: Domain;
  tree: SnapshotTree;
  rows: readonly TreeRow[];
}) {
  const { store } = useApp();
  const now = useNow();
  const selected = useAppState((state) => state.selectedRow);
  const flat = given !== tree.rows;
  const key = domainKey(domain);
  const here = tree.byKey.get(hereKey);
  const base = here?.kind === 'here' ? here.base : null;
  const since = useAppState((state) => (base ? goesOnSince(state, key, base) : 0));
  const around = useMakeAround({ domain, now, since, flat });
  const laneCount = flat ? 1 : tree.laneCount;
  const columns = useMemo(() => historyColumns(laneCount), [laneCount]);
  const grid = useGrid({ id: historyGrid, columns, rows: given, keyOf: rowKey, activeKey: selected });
  const { rows, active, sort, virtualizer, focusRow } = grid;
  // A history opens where one is, not at its beginning years ago. Sorted, it shows what is first.
  const seen = useRef('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each domain and order, not for each selection
  useEffect(() => {
    const opened = seen.current !== key;
    seen.current = key;
    virtualizer.scrollToIndex(opened || !sort ? active : 0, { align: 'center' });
  }, [key, sort]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a filter shows its first hits first
  useEffect(() => {
    if (flat && virtualizer.scrollOffset !== 0) virtualizer.scrollToIndex(0);
  }, [flat, given]);

  const menuRow = useAppState(menuRowOf);
  const chosen = useAppState((state) => state.chosenRows);
  const { deletion } = around;
  // What a deletion would take is brought into view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when there's something new to see
  useEffect(() => {
    const at = deletion ? rows.findIndex((row) => deletion.goes.has(row.key)) : -1;
    if (at >= 0) virtualizer.scrollToIndex(at, { align: 'auto' });
  }, [deletion]);
  useWantedFocus(key, () => focusRow(active));
  useKeptScroll(grid.scroller, flat, selected, () => virtualizer.scrollToIndex(active, { align: 'center' }));
  const choosing = useChoosing(store, rows, active);
  const menuAt = (row: TreeRow, x: number, y: number, byKey = false) => {
    const alone = chosen.has(row.key) ? {} : { alone: true as const };
    openMenu(store, { target: { kind: 'row', key, row: row.key, ...alone }, x, y, byKey });
  };
  const onRowKey = (event: KeyboardEvent<HTMLElement>) => {
    const row = rows[active];
    const forMenu = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    if (!row || !forMenu) return choosing.onKey(event, focusRow);
    const box = event.currentTarget.querySelector(`[data-index="${active}"] [data-column="name"]`);
    const { left, bottom } = (box ?? event.currentTarget).getBoundingClientRect();
    menuAt(row, left + 24, bottom, true);
    return true;
  };
  return (
    <AroundContext value={around}>
      <Grid
        grid={grid}
        className={styles.history}
        label={`Snapshots of ${domain.name}`}
        aria-multiselectable="true"
        data-home="history"
        textOf={(row) => (row.kind === 'snapshot' ? row.snapshot.name : 'You are here')}
        move={(index) => {
          const row = rows[index];
          if (!row) return;
          choosing.single();
          selectRow(store, row.key);
          focusRow(index);
        }}
        onRowKey={onRowKey}
        onRowMouseDown={(_row, _index, event) => {
          // A menu is about its own row: what is selected stays so.
          if (event.button === 2) event.preventDefault();
          else choosing.onMouseDown(event);
        }}
        onRowClick={(_, index, event) => choosing.onClick(index, event, focusRow)}
        onRowFocus={(row) => selectRow(store, row.key)}
        onRowContextMenu={(row, _, event) => {
          event.preventDefault();
          menuAt(row, event.clientX, event.clientY);
        }}
        rowProps={(row, index) => ({
          ...place(row, sort !== null),
          'aria-selected': chosen.size > 1 ? chosen.has(row.key) : row.key === selected,
          'aria-labelledby': nameId(index),
          className: [
            styles.row,
            row.kind === 'here' ? styles.here : '',
            deletion?.goes.has(row.key) ? styles.goes : '',
            chosen.size > 1 && row.key === selected ? styles.active : '',
            row.key === menuRow ? parts.menuTarget : '',
          ].join(' '),
        })}
      />
    </AroundContext>
  );
}

/** The row that an open menu is about. */
function menuRowOf({ menu }: AppState): string | null {
  return menu?.target.kind === 'row' ? menu.target.row : null;
}

function rowKey({ key }: TreeRow): string {
  return key;
}

/** Where a row stands among its kin; sorted, there are none. */
function place(row: TreeRow, sorted: boolean) {
  if (sorted) return { 'aria-level': 1 };
  return {
    'aria-level': row.depth + 1,
    ...(row.kind === 'snapshot' ? { 'aria-posinset': row.position, 'aria-setsize': row.siblings } : {}),
  };
}
