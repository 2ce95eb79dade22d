import { useMemo } from 'react';
import type { ActivityItem } from '../../shared/activity/items.ts';
import { toggleInspector } from '../store/actions.ts';
import { useApp } from '../ui/context.tsx';
import { Grid } from '../ui/grid/grid.tsx';
import { rowHeight, useGrid, useGridView } from '../ui/grid/use-grid.ts';
import { useNow } from '../ui/hooks.ts';
import { useSidePaneOpen } from '../ui/side-pane.tsx';
import styles from './activity.module.css';
import { type ActivityLine, activityColumns, daysOf, lineOf } from './activity-columns.tsx';
import type { Scope } from './use-journal.ts';

interface ActivityGridProps {
  label: string;
  scope: Scope;
  items: readonly ActivityItem[];
  narrow: boolean;
  selected: string | null;
  select: (key: string) => void;
}

const dayHeight = 34;
const heightOf = ({ kind }: ActivityLine) => (kind === 'day' ? dayHeight : rowHeight);
const keyOf = ({ key }: ActivityLine) => key;

/** What was done, under the days on which they were asked for; sorted otherwise, without days. */
export function ActivityGrid({ label, scope, items, narrow, selected, select }: ActivityGridProps) {
  const { store } = useApp();
  const now = useNow(60_000);
  const id = scope.uuid === undefined ? 'activity' : 'domain-activity';
  const [{ sort }] = useGridView(id);
  const inDays = sort === null || (sort.id === 'when' && sort.desc);
  const isPaneOpen = useSidePaneOpen();
  const lines = useMemo(() => (inDays ? daysOf(items) : items.map(lineOf)), [items, inDays]);
  const { hostId, uuid } = scope;
  const columns = useMemo(
    () =>
      activityColumns({
        scope: { ...(hostId === undefined ? {} : { hostId }), ...(uuid === undefined ? {} : { uuid }) },
        now,
        inDays,
        narrow,
      }),
    [hostId, uuid, now, inDays, narrow],
  );
  const grid = useGrid({ id, columns, rows: lines, keyOf, heightOf, activeKey: selected });
  const move = (index: number) => {
    const target = entryAt(grid.rows, index, grid.active);
    const line = grid.rows[target];
    if (line?.kind !== 'entry') return;
    select(line.key);
    grid.focusRow(target);
  };
  const showDetails = () => {
    if (!isPaneOpen) toggleInspector(store);
  };
  return (
    <Grid
      grid={grid}
      label={label}
      className={styles.grid}
      textOf={(line) => (line.kind === 'entry' ? line.item.asked : '')}
      move={move}
      onRowKey={({ key, repeat }) => {
        if (key !== 'Enter' && key !== ' ') return false;
        if (!repeat) showDetails();
        return true;
      }}
      rowProps={(line) =>
        line.kind === 'day'
          ? { className: styles.dayRow ?? '' }
          : { className: styles.row ?? '', 'aria-selected': line.key === selected }
      }
      onRowFocus={(line) => {
        if (line.kind === 'entry') select(line.key);
      }}
      onRowClick={(line) => {
        if (line.kind !== 'entry') return;
        select(line.key);
        showDetails();
      }}
    />
  );
}

/** The entry at a place, or the next one beyond the day that is there; at the top the one below it. */
export function entryAt(lines: readonly Pick<ActivityLine, 'kind'>[], index: number, from: number): number {
  if (lines[index]?.kind === 'entry') return index;
  const beyond = index < from ? [index - 1, index + 1] : [index + 1, index - 1];
  return beyond.find((at) => lines[at]?.kind === 'entry') ?? from;
}
