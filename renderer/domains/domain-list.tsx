import { type KeyboardEvent, type MouseEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { commandById, contextOf, runCommand } from '../commands/context.ts';
import {
  chooseDomains,
  openDomainView,
  openHostView,
  openMenu,
  setCollapsed,
  setGroupCollapsed,
  wantFocus,
} from '../store/actions.ts';
import type { Target } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { useKeptScroll } from '../ui/kept-scroll.ts';
import { useRovingKeys } from '../ui/roving.ts';
import { rowIndexOf, useVirtualList } from '../ui/virtual-list.ts';
import { chooseByKey, keysBetween, toggleRow } from './choosing.ts';
import { type ListRow, ungrouped } from './list-rows.ts';
import { DomainRow, GroupRow, HostRow } from './rows.tsx';
import { shownLines } from './shown-lines.ts';
import styles from './sidebar.module.css';

const heights: Readonly<Record<ListRow['kind'], number>> = { group: 32, host: 34, domain: 29 };
const ways: Readonly<Record<string, 'up' | 'down'>> = { ArrowUp: 'up', ArrowDown: 'down' };

/**
 * Groups, hosts and their domains. One row can be tabbed to; the arrows go on from it, with Alt they move a host or a
 * group, Enter opens a domain and goes on to its history, and Space selects for what can be done with several.
 */
export function DomainList() {
  const app = useApp();
  const { store } = app;
  const { rows, keys } = useAppState(shownLines);
  const place = useAppState((state) => state.place);
  const menu = useAppState((state) => state.menu?.target ?? null);
  const filtering = useAppState((state) => state.domainFilter.trim() !== '');
  const openKey = place?.kind === 'domain' ? place.key : place?.kind === 'host' ? place.hostId : null;

  const [activeKey, setActiveKey] = useState<string | null>(openKey);
  useEffect(() => setActiveKey(openKey), [openKey]);
  const active = useMemo(() => (activeKey === null ? 0 : Math.max(keys.indexOf(activeKey), 0)), [keys, activeKey]);
  const { virtualizer, scroller, focusRow } = useVirtualList({
    keys,
    active,
    rowHeight: (index) => heights[rows[index]?.kind ?? 'domain'],
  });

  useKeptScroll(scroller, filtering, activeKey, () => virtualizer.scrollToIndex(active, { align: 'center' }));

  /** The row that was moved: the browser takes the focus from what changes its place. */
  const moved = useRef<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the rows are others
  useLayoutEffect(() => {
    const index = moved.current === null ? -1 : keys.indexOf(moved.current);
    moved.current = null;
    if (index >= 0) focusRow(index);
  }, [rows]);
  const move = (index: number) => {
    const row = rows[index];
    if (!row) return;
    setActiveKey(row.key);
    focusRow(index);
  };
  const click = (row: ListRow, index: number, event: MouseEvent) => {
    if (row.kind === 'host' && isOnChevron(event)) toggle(row);
    else if (event.shiftKey) {
      setActiveKey(row.key);
      chooseDomains(store, keysBetween(active, index, rows), true);
    } else if (event.ctrlKey || event.metaKey) {
      setActiveKey(row.key);
      toggleRow(store, row, rows);
    } else open(row);
  };
  const open = (row: ListRow) => {
    setActiveKey(row.key);
    if (row.kind === 'domain') openDomainView(store, row.key);
    else if (row.kind === 'host') openHostView(store, row.host.id);
    else toggle(row);
  };
  /** Opens it and goes on there. */
  const enter = (row: ListRow) => {
    open(row);
    if (row.kind === 'domain') wantFocus(store, row.key);
  };
  const toggle = (row: Exclude<ListRow, { kind: 'domain' }>) => {
    if (row.kind === 'host') setCollapsed(store, row.host.id, row.open);
    else setGroupCollapsed(store, row.group, row.open);
  };
  const menuAt = (row: ListRow, x: number, y: number, byKey = false) => {
    openMenu(store, { target: targetOf(row), x, y, byKey });
  };
  const moveBy = (row: ListRow, way: 'up' | 'down') => {
    if (row.kind === 'domain') return;
    moved.current = row.key;
    if (!runCommand(commandById(`${row.kind}.move-${way}`), contextOf(app, targetOf(row)))) moved.current = null;
  };
  /** One handler for all rows: none of them has to be drawn again for another one. */
  const onRow = (handle: (row: ListRow, index: number, event: MouseEvent) => void) => (event: MouseEvent) => {
    const index = rowIndexOf(event.target);
    const row = index === null ? undefined : rows[index];
    if (index !== null && row) handle(row, index, event);
  };
  const textAt = (index: number) => nameOf(rows[index]);
  const roving = useRovingKeys({
    count: rows.length,
    active,
    page: () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / 29) - 1),
    textAt,
    move,
  });

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const row = rows[active];
    if (!row) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      enter(row);
    } else if (event.key === ' ') {
      event.preventDefault();
      toggleRow(store, row, rows);
    } else if (event.altKey && ways[event.key]) {
      event.preventDefault();
      moveBy(row, ways[event.key] ?? 'up');
    } else if (event.shiftKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      const next = active + (event.key === 'ArrowDown' ? 1 : -1);
      chooseDomains(store, keysBetween(active, next, rows), true);
      move(next);
    } else if (chooseByKey(store, event, rows)) {
      event.preventDefault();
    } else if (!event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      event.preventDefault();
      onSideways(row, event.key === 'ArrowRight');
    } else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      event.preventDefault();
      const box = event.target instanceof HTMLElement ? event.target.getBoundingClientRect() : null;
      if (box) menuAt(row, box.left + 28, box.bottom, true);
    } else roving(event);
  };
  const onSideways = (row: ListRow, right: boolean) => {
    if (row.kind !== 'domain' && row.open !== right) toggle(row);
    else if (!right) move(rows.findLastIndex(({ level }, index) => index < active && level < row.level));
    else if (row.kind !== 'domain' && (rows[active + 1]?.level ?? 0) > row.level) move(active + 1);
  };

  return (
    <div
      ref={scroller}
      className={styles.list}
      role="tree"
      aria-label="Hosts and domains"
      aria-multiselectable="true"
      data-home="domains"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onClick={onRow(click)}
      onDoubleClick={onRow((row, _, event) => {
        if (row.kind === 'host' && !isOnChevron(event)) toggle(row);
        else if (row.kind === 'domain') enter(row);
      })}
      // A menu is about its own row: the focus stays where it was.
      onMouseDown={(event) => event.button === 2 && event.preventDefault()}
      onContextMenu={onRow((row, _, event) => {
        event.preventDefault();
        menuAt(row, event.clientX, event.clientY);
      })}
    >
      <div role="presentation" className={styles.rows} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          if (!row) return null;
          const props = {
            ...{ index, start, active: index === active, opened: row.key === openKey },
            menu: menu !== null && isTarget(menu, row),
          };
          if (row.kind === 'domain') return <DomainRow key={key} row={row} {...props} />;
          if (row.kind === 'group') return <GroupRow key={key} row={row} {...props} />;
          return <HostRow key={key} row={row} {...props} />;
        })}
      </div>
    </div>
  );
}

function isOnChevron({ target }: MouseEvent): boolean {
  return target instanceof Element && target.closest('[data-chevron]') !== null;
}

function targetOf(row: ListRow): Target {
  if (row.kind === 'group') return { kind: 'group', group: row.group };
  return row.kind === 'host' ? { kind: 'host', hostId: row.host.id } : { kind: 'domain', key: row.key };
}

/** Whether an open menu is about a row. */
function isTarget(target: Target, row: ListRow): boolean {
  if (row.kind === 'domain') return target.kind === 'domain' && target.key === row.key;
  if (row.kind === 'host') return target.kind === 'host' && target.hostId === row.host.id;
  return target.kind === 'group' && target.group === row.group;
}

function nameOf(row: ListRow | undefined): string {
  if (row?.kind === 'group') return row.group || ungrouped;
  return row?.kind === 'host' ? row.host.name : (row?.domain.name ?? '');
}
