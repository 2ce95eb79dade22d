// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform, which table rows can't be
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is on rows, not on their cells or the head
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the keys of all rows are handled by the grid
import { ChevronDown, ChevronRight } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { useRovingKeys } from './roving.ts';
import styles from './row-grid.module.css';
import { useVirtualList } from './virtual-list.ts';

export interface GridColumn<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
}

interface RowGridProps<Row> {
  label: string;
  columns: readonly GridColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** What typing goes by. */
  textOf: (row: Row) => string;
  /** What an open row tells more; null where there's nothing. */
  detailOf: (row: Row) => ReactNode | null;
  /** Carries the widths of the columns: `--columns` in its sheet. */
  className: string | undefined;
  rowClass?: (row: Row) => string | undefined;
}

const rowHeight = 44;
const headHeight = 28;

/** A table of any length, whose rows open to tell more. The arrows move, Enter and Space open and close. */
export function RowGrid<Row>(props: RowGridProps<Row>) {
  const { label, columns, rows, keyOf, textOf, detailOf, className, rowClass } = props;
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const [openKeys, setOpenKeys] = useState<ReadonlySet<string>>(new Set());
  const active = Math.max(
    rows.findIndex((row) => keyOf(row) === activeKey),
    0,
  );
  const { scroller, virtualizer, focusRow } = useVirtualList({
    count: rows.length,
    active,
    rowHeight: () => rowHeight,
    keyAt: (index) => (rows[index] === undefined ? String(index) : keyOf(rows[index])),
    paddingTop: headHeight,
  });
  const move = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    setActiveKey(keyOf(row));
    focusRow(index);
  };
  const roving = useRovingKeys({
    count: rows.length,
    active,
    page: () => Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 300) - headHeight) / rowHeight) - 1),
    textAt: (index) => (rows[index] === undefined ? '' : textOf(rows[index])),
    move,
  });
  const setOpen = (row: Row, open: boolean) => {
    const others = [...openKeys].filter((key) => key !== keyOf(row));
    setOpenKeys(new Set(open ? [...others, keyOf(row)] : others));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = rows[active];
    const onRow = event.target instanceof HTMLElement && event.target.dataset.index !== undefined;
    if (row === undefined || !onRow) return;
    const isOpen = openKeys.has(keyOf(row));
    const wanted = { Enter: !isOpen, ' ': !isOpen, ArrowRight: true, ArrowLeft: false }[event.key];
    if (wanted === undefined) return void roving(event);
    event.preventDefault();
    if (!event.repeat) setOpen(row, wanted);
  };
  return (
    <div
      ref={scroller}
      className={`${styles.grid} ${className}`}
      role="treegrid"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className={styles.head}>
        <div role="row" aria-rowindex={1} className={styles.line}>
          {columns.map(({ id, header }) => (
            <span role="columnheader" key={id} data-column={id}>
              {header}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className={styles.rows} style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const open = openKeys.has(keyOf(row));
          const detail = detailOf(row);
          const Chevron = open ? ChevronDown : ChevronRight;
          return (
            <div
              role="row"
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              aria-level={1}
              aria-rowindex={index + 2}
              {...(detail === null ? {} : { 'aria-expanded': open })}
              className={`${styles.row} ${rowClass?.(row) ?? ''}`}
              tabIndex={index === active ? 0 : -1}
              style={{ transform: `translateY(${start}px)` }}
              onFocus={() => setActiveKey(keyOf(row))}
              onClick={({ target }) => {
                const onLine = target instanceof Element && target.closest('[data-detail]') === null;
                if (onLine && detail !== null) setOpen(row, !open);
              }}
            >
              <div role="presentation" className={styles.line}>
                {columns.map(({ id, cell }, at) => (
                  <div role="gridcell" key={id} data-column={id}>
                    {at === 0 ? (
                      <span className={styles.chevron} aria-hidden="true">
                        {detail === null ? null : <Chevron size={13} />}
                      </span>
                    ) : null}
                    {at === 0 ? <div className={styles.cellText}>{cell(row)}</div> : cell(row)}
                  </div>
                ))}
              </div>
              {open && detail !== null ? (
                <div role="gridcell" className={styles.detail} data-detail>
                  {detail}
                </div>
              ) : null}
            </div>
          );
        })}
      </div>
    </div>
  );
}
