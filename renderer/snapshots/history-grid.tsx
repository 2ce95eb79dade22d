import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { Domain } from '../../shared/schema.ts';
import { hereKey, type SnapshotTree } from '../../shared/snapshot-tree.ts';
import { type DrawnRow, type DrawnTree, isFolded } from '../../shared/tree-drawing.ts';
import { openMenu, selectRow, turnFold } from '../store/actions.ts';
import { seenRow } from '../store/folds.ts';
import { historyGrid } from '../store/grid-views.ts';
import { goesOnSince } from '../store/selectors.ts';
import { type AppState, domainKey, type RowMark } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { Grid } from '../ui/grid/grid.tsx';
import type { RowAttributes } from '../ui/grid/grid-row.tsx';
import { useGrid } from '../ui/grid/use-grid.ts';
import { useNow } from '../ui/hooks.ts';
import { useKeptScroll } from '../ui/kept-scroll.ts';
import parts from '../ui/parts.module.css';
import { AroundContext, useMakeAround } from './around.ts';
import { useChoosing } from './choosing-rows.ts';
import { historyColumns } from './columns.tsx';
import { foldAt, foldByKey } from './folding-rows.ts';
import styles from './history.module.css';
import { nameId } from './name-cell.tsx';
import { foldMark, foldTitle, rowWords } from './row-words.ts';
import { useWantedFocus } from './use-wanted-focus.ts';

interface HistoryGridProps {
  domain: Domain;
  tree: SnapshotTree;
  drawn: DrawnTree;
  /** Those of the drawn tree, or others. */
  rows: readonly DrawnRow[];
}

/**
 * The history of a domain as a grid of rows with lanes; sorted, or filtered, its rows are on their own. The selected row is
 * the one that can be tabbed to.
 */
export function HistoryGrid({ domain, tree, drawn, rows: given }: HistoryGridProps) {
  const { store } = useApp();
  const now = useNow();
  const selected = useAppState((state) => state.selectedRow);
  const flat = given !== drawn.rows;
  const key = domainKey(domain);
  const here = tree.byKey.get(hereKey);
  const base = here?.kind === 'here' ? here.base : null;
  const since = useAppState((state) => (base ? goesOnSince(state, key, base) : 0));
  const around = useMakeAround({ domain, now, since, places: flat ? null : drawn.places });
  const laneCount = flat ? 1 : drawn.laneCount;
  const { sizes } = around;
  const columns = useMemo(() => historyColumns(laneCount, sizes), [laneCount, sizes]);
  const grid = useGrid({ id: historyGrid, columns, rows: given, keyOf: rowKey, activeKey: selected });
  const { rows, active, sort, scroller, virtualizer, focusRow } = grid;
  // A history opens where one is, not at its beginning years ago. Sorted, it shows what is first.
  const seen = useRef('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each domain and order, not for each selection
  useEffect(() => {
    const opened = seen.current !== key;
    seen.current = key;
    virtualizer.scrollToIndex(opened || !sort ? active : 0, { align: 'center' });
  }, [key, sort, around.newestFirst]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a filter shows its first hits first
  useEffect(() => {
    if (flat && virtualizer.scrollOffset !== 0) virtualizer.scrollToIndex(0);
  }, [flat, given]);

  const menuRow = useAppState(menuRowOf);
  // What is selected from elsewhere comes into view. Whoever moves in the tree itself sees to that, and so does the end of a
  // filter.
  const selectedIn = useRef({ key: '', flat });
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each selection
  useEffect(() => {
    const isOther = selectedIn.current.key !== key || selectedIn.current.flat !== flat;
    selectedIn.current = { key, flat };
    if (isOther || rows[active]?.key !== selected || scroller.current?.contains(document.activeElement)) return;
    virtualizer.scrollToIndex(active, { align: 'auto' });
  }, [key, flat, selected]);

  // The list may have changed so that the selected row is behind a fold now; one selected in another order is unfolded.
  const wasFlat = useRef(flat);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever other rows are drawn
  useLayoutEffect(() => {
    const state = store.getState();
    if (!flat) selectRow(store, wasFlat.current ? state.selectedRow : seenRow(state));
    wasFlat.current = flat;
  }, [store, drawn, flat]);

  const chosen = useAppState((state) => state.chosenRows);
  const { changes, marks, turned } = around;
  const markOf = (row: DrawnRow) => (row.kind === 'fold' ? foldMark(row, changes) : changes.get(row.key));
  // What a change would take, or lead to, is brought into view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when there's something new to see
  useEffect(() => {
    const at = changes.size > 0 ? rows.findIndex((row) => isAim(markOf(row))) : -1;
    if (at >= 0) virtualizer.scrollToIndex(at, { align: 'auto' });
  }, [changes]);
  useWantedFocus(key, () => focusRow(active));
  useKeptScroll(grid.scroller, flat, selected, () => virtualizer.scrollToIndex(active, { align: 'center' }));
  const choosing = useChoosing(store, rows, active);
  const move = (index: number) => {
    const row = rows[index];
    if (!row) return;
    choosing.single();
    selectRow(store, row.key);
    focusRow(index);
  };
  const folding = {
    store,
    tree,
    turned,
    row: rows[active],
    focusRow,
    go: (to: string) => move(rows.findIndex((row) => row.key === to)),
  };
  const menuAt = (row: DrawnRow, x: number, y: number, byKey = false) => {
    const alone = chosen.has(row.key) ? {} : { alone: true as const };
    openMenu(store, { target: { kind: 'row', key, row: row.key, ...alone }, x, y, byKey });
  };
  const onRowKey = (event: KeyboardEvent<HTMLElement>) => {
    const row = rows[active];
    const forMenu = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    if (!row || !forMenu) return (!flat && foldByKey(event, folding)) || choosing.onKey(event, focusRow);
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
        textOf={textOf}
        move={move}
        onRowKey={onRowKey}
        onRowMouseDown={(_row, _index, event) => {
          // A menu is about its own row: what is selected stays so.
          if (event.button === 2) event.preventDefault();
          else choosing.onMouseDown(event);
        }}
        onRowClick={(_, index, event) => {
          const fold = foldAt(event.target);
          if (fold === null) choosing.onClick(index, event, focusRow);
          else turnFold(store, fold);
        }}
        onRowFocus={(row) => selectRow(store, row.key)}
        onRowContextMenu={(row, _, event) => {
          event.preventDefault();
          menuAt(row, event.clientX, event.clientY);
        }}
        rowProps={(row, index) => ({
          ...(flat ? { 'aria-level': 1 } : place(row, turned, around.newestFirst)),
          ...(row.kind === 'snapshot'
            ? {
                'aria-description': rowWords(row, {
                  isPinned: marks.pinned.has(row.snapshot.name),
                  mark: changes.get(row.key),
                }),
              }
            : {}),
          'aria-selected': chosen.size > 1 ? chosen.has(row.key) : row.key === selected,
          'aria-labelledby': nameId(index),
          className: [
            styles.row,
            row.kind === 'here' ? styles.here : '',
            markOf(row)?.look === 'goes' ? styles.goes : '',
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

function rowKey({ key }: DrawnRow): string {
  return key;
}

function textOf(row: DrawnRow): string {
  if (row.kind === 'fold') return foldTitle(row);
  return row.kind === 'snapshot' ? row.snapshot.name : 'You are here';
}

/** What the person has to see of a change before all else. */
function isAim(mark: RowMark | undefined): boolean {
  return mark?.look === 'goes' || mark?.look === 'target';
}

/** Where a row stands among its kin, from the top, and whether something is folded behind it. */
function place(row: DrawnRow, turned: ReadonlySet<string>, newestFirst: boolean): RowAttributes {
  return {
    'aria-level': row.depth + 1,
    'aria-posinset': newestFirst ? row.siblings - row.position + 1 : row.position,
    'aria-setsize': row.siblings,
    ...(row.kind === 'fold' ? { 'aria-expanded': false } : {}),
    ...(row.kind === 'snapshot' && row.foldable > 0 ? { 'aria-expanded': !isFolded(row, turned) } : {}),
  };
}
