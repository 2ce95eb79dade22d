// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform, which table rows can't be
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is on rows, not on their cells or the head
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the keys of all rows are handled by the grid
import { useTable } from '@tanstack/react-table';
import { type KeyboardEvent, useEffect, useMemo } from 'react';
import type { Domain } from '../../shared/schema.ts';
import { hereKey, type SnapshotTree, type TreeRow } from '../../shared/snapshot-tree.ts';
import { openMenu, selectRow } from '../store/actions.ts';
import { goesOnSince } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { useNow } from '../ui/hooks.ts';
import { useRovingKeys } from '../ui/roving.ts';
import { useVirtualList } from '../ui/virtual-list.ts';
import { useChoosing } from './choosing-rows.ts';
import { type GridRow, gridColumns, gridFeatures, nameId } from './columns.tsx';
import styles from './history.module.css';
import { gutterWidth, rowHeight } from './lanes.tsx';

const headHeight = 28;

/** The history of a domain as a grid of rows with lanes. The selected row is the one that can be tabbed to. */
export function HistoryGrid({ domain, tree, rows }: { domain: Domain; tree: SnapshotTree; rows: readonly TreeRow[] }) {
  const { store } = useApp();
  const now = useNow();
  const selected = useAppState((state) => state.selectedRow);
  const flat = rows !== tree.rows;
  const key = domainKey(domain);
  const here = tree.byKey.get(hereKey);
  const base = here?.kind === 'here' ? here.base : null;
  const since = useAppState((state) => (base ? goesOnSince(state, key, base) : 0));
  const data = useMemo(
    () => rows.map((row): GridRow => ({ tree: row, domain, laneCount: tree.laneCount, now, since, flat })),
    [rows, domain, tree, now, since, flat],
  );
  const table = useTable({ features: gridFeatures, columns: gridColumns, data, getRowId: ({ tree }) => tree.key });
  const found = rows.findIndex(({ key }) => key === selected);
  const active = Math.max(found, 0);
  const { scroller, virtualizer, focusRow } = useVirtualList({
    count: rows.length,
    active,
    rowHeight: () => rowHeight,
    keyAt: (index) => rows[index]?.key ?? String(index),
    paddingTop: headHeight,
  });
  // A history opens where one is, not at its beginning years ago.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each domain, not for each selection
  useEffect(() => {
    if (found > 0) virtualizer.scrollToIndex(found, { align: 'center' });
  }, [key]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a filter shows its first hits first
  useEffect(() => {
    if (flat) virtualizer.scrollToIndex(0);
  }, [flat, rows]);

  const chosen = useAppState((state) => state.chosenRows);
  const marks = useAppState(({ deletionMarks }) => (deletionMarks?.key === key ? deletionMarks : null));
  // What a deletion would take is brought into view.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when there's something new to see
  useEffect(() => {
    const at = marks ? rows.findIndex((row) => marks.goes.has(row.key)) : -1;
    if (at >= 0) virtualizer.scrollToIndex(at, { align: 'auto' });
  }, [marks]);
  const choosing = useChoosing(store, rows, active);
  const move = (index: number) => {
    const row = rows[index];
    if (!row) return;
    choosing.single();
    selectRow(store, row.key);
    focusRow(index);
  };
  const menuAt = (row: TreeRow, x: number, y: number, byKey = false) => {
    if (!chosen.has(row.key)) choosing.single();
    selectRow(store, row.key);
    openMenu(store, { target: { kind: 'row', key, row: row.key }, x, y, byKey });
  };
  const roving = useRovingKeys({
    count: rows.length,
    active,
    page: () => Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 400) - headHeight) / rowHeight) - 1),
    textAt: (index) => {
      const row = rows[index];
      return row?.kind === 'snapshot' ? row.snapshot.name : 'You are here';
    },
    move,
  });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = rows[active];
    if (!row) return;
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      event.preventDefault();
      const box = event.target instanceof HTMLElement ? event.target.getBoundingClientRect() : null;
      if (box) menuAt(row, box.left + gutterWidth(tree.laneCount) + 24, box.bottom - 8, true);
    } else if (choosing.onKey(event, focusRow)) event.preventDefault();
    else roving(event);
  };

  const tableRows = table.getRowModel().rows;
  return (
    <div
      ref={scroller}
      className={styles.history}
      role="treegrid"
      aria-label={`Snapshots of ${domain.name}`}
      aria-rowcount={rows.length + 1}
      aria-multiselectable="true"
      data-home="history"
      onKeyDown={onKeyDown}
      style={{ '--gutter': `${gutterWidth(flat ? 1 : tree.laneCount)}px` }}
    >
      <div role="rowgroup" className={styles.top}>
        {table.getHeaderGroups().map((group) => (
          <div role="row" key={group.id} aria-rowindex={1} className={`${styles.row} ${styles.head}`}>
            {group.headers.map((header) => (
              <span role="columnheader" key={header.id} data-column={header.column.id}>
                <table.FlexRender header={header} />
              </span>
            ))}
          </div>
        ))}
      </div>
      <div role="rowgroup" className={styles.rows} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map((item) => {
          const row = tableRows[item.index];
          if (!row) return null;
          const { tree: treeRow } = row.original;
          return (
            <div
              role="row"
              key={item.key}
              aria-level={treeRow.depth + 1}
              aria-rowindex={item.index + 2}
              aria-selected={chosen.size > 1 ? chosen.has(treeRow.key) : treeRow.key === selected}
              aria-labelledby={nameId(item.index)}
              {...(treeRow.kind === 'snapshot'
                ? { 'aria-posinset': treeRow.position, 'aria-setsize': treeRow.siblings }
                : {})}
              className={styles.row}
              data-kind={treeRow.kind}
              data-goes={marks?.goes.has(treeRow.key) || undefined}
              data-active={(chosen.size > 1 && treeRow.key === selected) || undefined}
              data-index={item.index}
              tabIndex={item.index === active ? 0 : -1}
              style={{ transform: `translateY(${item.start}px)` }}
              onMouseDown={choosing.onMouseDown}
              onClick={(event) => choosing.onClick(item.index, event, focusRow)}
              onFocus={() => selectRow(store, treeRow.key)}
              onContextMenu={(event) => {
                event.preventDefault();
                menuAt(treeRow, event.clientX, event.clientY);
              }}
            >
              {row.getAllCells().map((cell) => (
                <div role="gridcell" key={cell.id} data-column={cell.column.id}>
                  <table.FlexRender cell={cell} />
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
