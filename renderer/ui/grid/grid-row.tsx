// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by transform, which table rows can't be
// biome-ignore-all lint/a11y/useFocusableInteractive: the focus is on rows, not on their cells
import { type AriaAttributes, memo, type ReactNode } from 'react';
import { Contained } from '../contained.tsx';
import { CopyButton } from '../copy-button.tsx';
import parts from '../parts.module.css';
import type { GridColumn } from './columns.ts';
import styles from './grid.module.css';

/** Of the element of a row: plain values, by which it is known whether it stays as it is. */
export type RowAttributes = AriaAttributes & { readonly className?: string };

interface GridRowProps<Row> {
  row: Row;
  index: number;
  /** Where it stands, px from the first row. */
  start: number;
  /** The row that can be tabbed to. */
  active: boolean;
  /** Those that are shown. */
  columns: readonly GridColumn<Row>[];
  attributes: RowAttributes;
  lead: ReactNode;
  detail: ReactNode | null;
  /** Where the heights of rows differ. */
  measure: ((element: HTMLDivElement | null) => void) | undefined;
}

/** A row of a grid. */
export const GridRow = memo(PlainRow, isSame) as typeof PlainRow;

function PlainRow<Row>({ row, index, start, active, columns, attributes, lead, detail, measure }: GridRowProps<Row>) {
  const { className = '', ...others } = attributes;
  return (
    <div
      role="row"
      data-index={index}
      aria-rowindex={index + 2}
      tabIndex={active ? 0 : -1}
      {...others}
      {...(measure ? { ref: measure } : {})}
      className={`${styles.row} ${className}`}
      style={{ transform: `translateY(${start}px)` }}
    >
      <Contained what="This row" about={row} instead={(_, detail) => <BrokenRow detail={detail} />}>
        <Cells row={row} index={index} columns={columns} lead={lead} />
      </Contained>
      {detail === null ? null : (
        <div role="gridcell" className={styles.detail} data-detail>
          {detail}
        </div>
      )}
    </div>
  );
}

type CellsProps<Row> = Pick<GridRowProps<Row>, 'row' | 'index' | 'columns' | 'lead'>;

function PlainCells<Row>({ row, index, columns, lead }: CellsProps<Row>) {
  return (
    <div role="presentation" className={styles.line}>
      {columns.map(({ id, cell, atEnd }, at) => (
        <div role="gridcell" key={id} data-column={id} data-end={atEnd}>
          {at === 0 ? lead : null}
          {at === 0 && lead !== undefined ? (
            <div className={styles.cellText}>{cell(row, index)}</div>
          ) : (
            cell(row, index)
          )}
        </div>
      ))}
    </div>
  );
}

/** Stay as they are when only the place of the row, or what is selected, changes. */
const Cells = memo(PlainCells, isSame) as typeof PlainCells;

function isSame<Props extends object>(before: Props, now: Props): boolean {
  return (Object.keys(now) as (keyof Props)[]).every((name) => isAlike(before[name], now[name], name));
}

function isAlike(before: unknown, now: unknown, name: PropertyKey): boolean {
  if (Object.is(before, now)) return true;
  if (name === 'columns') return hasSame(before as readonly unknown[], now as readonly unknown[]);
  return name === 'attributes' && hasSame(Object.entries(before ?? {}).flat(), Object.entries(now ?? {}).flat());
}

function hasSame(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && before.every((each, at) => Object.is(each, now[at]));
}

function BrokenRow({ detail }: { detail: string }) {
  return (
    <div role="gridcell" className={styles.broken}>
      <span className={parts.dim}>This row cannot be shown.</span>
      <CopyButton text={detail} what="details" />
    </div>
  );
}
