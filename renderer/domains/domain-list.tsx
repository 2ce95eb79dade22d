import { type KeyboardEvent, type MouseEvent, useEffect, useState } from 'react';
import { chooseDomains, openDomainView, openHostView, openMenu, setCollapsed } from '../store/actions.ts';
import { domainList, hostIdOf } from '../store/selectors.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { useRovingKeys } from '../ui/roving.ts';
import { useVirtualList } from '../ui/virtual-list.ts';
import { chooseByKey, keysBetween, toggleRow } from './choosing.ts';
import { DomainRow, HostRow } from './rows.tsx';
import styles from './sidebar.module.css';
import { type ListRow, useDomainRows } from './use-domain-rows.ts';

const heights = { host: 34, domain: 29 };

/**
 * Hosts and their domains. One row can be tabbed to; the arrows go on from it, Enter opens, and Space selects for what
 * can be done with several.
 */
export function DomainList() {
  const { store } = useApp();
  const hosts = useAppState((state) => state.hosts);
  const domains = useAppState(domainList);
  const filter = useAppState((state) => state.domainFilter);
  const collapsed = useAppState((state) => state.settings.collapsedHosts);
  const place = useAppState((state) => state.place);
  const rows = useDomainRows(hosts, domains, filter, collapsed);
  const openKey = place === null ? null : place.kind === 'domain' ? place.key : place.hostId;

  const [activeKey, setActiveKey] = useState<string | null>(openKey);
  useEffect(() => setActiveKey(openKey), [openKey]);
  const active = Math.max(
    rows.findIndex(({ key }) => key === activeKey),
    0,
  );
  const { virtualizer, scroller, focusRow } = useVirtualList({
    count: rows.length,
    active,
    rowHeight: (index) => heights[rows[index]?.kind ?? 'domain'],
    keyAt: (index) => rows[index]?.key ?? String(index),
  });

  const move = (index: number) => {
    const row = rows[index];
    if (!row) return;
    setActiveKey(row.key);
    focusRow(index);
  };
  const click = (row: ListRow, index: number, event: MouseEvent) => {
    if (event.shiftKey) {
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
    else openHostView(store, row.host.id);
  };
  const menuAt = (row: ListRow, x: number, y: number, byKey = false) => {
    setActiveKey(row.key);
    const target =
      row.kind === 'domain' ? { kind: 'domain' as const, key: row.key } : { kind: 'host' as const, hostId: row.key };
    openMenu(store, { target, x, y, byKey });
  };
  const textAt = (index: number) => {
    const row = rows[index];
    return row?.kind === 'domain' ? row.domain.name : (row?.host.name ?? '');
  };
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
      open(row);
    } else if (event.key === ' ') {
      event.preventDefault();
      toggleRow(store, row, rows);
    } else if (event.shiftKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      const next = active + (event.key === 'ArrowDown' ? 1 : -1);
      chooseDomains(store, keysBetween(active, next, rows), true);
      move(next);
    } else if (chooseByKey(store, event, rows)) {
      event.preventDefault();
    } else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      event.preventDefault();
      onSideways(row, event.key === 'ArrowRight');
    } else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      event.preventDefault();
      const box = event.target instanceof HTMLElement ? event.target.getBoundingClientRect() : null;
      if (box) menuAt(row, box.left + 28, box.bottom, true);
    } else roving(event);
  };
  const onSideways = (row: ListRow, right: boolean) => {
    if (row.kind === 'host' && row.open !== right) return setCollapsed(store, row.key, !right);
    if (row.kind === 'host' && right && row.domains > 0) return move(active + 1);
    if (row.kind === 'domain' && !right) move(rows.findIndex(({ key }) => key === hostIdOf(row.key)));
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
    >
      <div role="presentation" className={styles.rows} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          if (!row) return null;
          const props = {
            index,
            start,
            active: index === active,
            opened: row.key === openKey,
            onClick: (event: MouseEvent) => click(row, index, event),
            onContextMenu: (event: MouseEvent) => {
              event.preventDefault();
              menuAt(row, event.clientX, event.clientY);
            },
          };
          return row.kind === 'host' ? (
            <HostRow key={key} row={row} {...props} onToggle={() => setCollapsed(store, row.key, row.open)} />
          ) : (
            <DomainRow key={key} row={row} {...props} />
          );
        })}
      </div>
    </div>
  );
}
