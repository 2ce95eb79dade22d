import { outcomes } from '../../shared/activity/groups.ts';
import type { ActivityItem } from '../../shared/activity/items.ts';
import { formatAge, formatClock, formatDateTime, formatDay, formatDuration, formatTaken } from '../../shared/format.ts';
import type { GridColumn } from '../ui/grid/columns.ts';
import grids from '../ui/grid/grid.module.css';
import parts from '../ui/parts.module.css';
import styles from './activity.module.css';
import { ForcedChip, KindIcon, OutcomeChip } from './looks.tsx';
import type { Scope } from './use-journal.ts';

/** A line of the list: what was done, or the day over those that follow. */
export type ActivityLine =
  | { readonly kind: 'entry'; readonly key: string; readonly item: ActivityItem }
  | { readonly kind: 'day'; readonly key: string; readonly at: number };

export function lineOf(item: ActivityItem): ActivityLine {
  return { kind: 'entry', key: item.key, item };
}

/** Newest first, each day under its heading. */
export function daysOf(items: readonly ActivityItem[]): ActivityLine[] {
  let last = '';
  return items.flatMap((item): ActivityLine[] => {
    const at = item.askedAt;
    const day = new Date(at).toDateString();
    const heading: ActivityLine[] = day === last ? [] : [{ kind: 'day', key: `day ${day}`, at }];
    last = day;
    return [...heading, lineOf(item)];
  });
}

interface Looks {
  readonly scope: Scope;
  readonly now: number;
  /** Under headings of days. */
  readonly inDays: boolean;
  /** Where it was done stands under what was done. */
  readonly narrow: boolean;
}

/** Columns by what is known already: within a host or a domain that goes without saying. */
export function activityColumns({ scope, now, inDays, narrow }: Looks): GridColumn<ActivityLine>[] {
  const ofItem =
    <T,>(of: (item: ActivityItem) => T) =>
    (line: ActivityLine): T | undefined =>
      line.kind === 'entry' ? of(line.item) : undefined;
  const where = ({ domain, host }: ActivityItem) => [
    ...(scope.uuid === undefined ? [domain] : []),
    ...(scope.hostId === undefined ? [host] : []),
  ];
  const columns: GridColumn<ActivityLine>[] = [
    {
      id: 'when',
      header: 'When',
      width: inDays ? 58 : 96,
      sortBy: (line) => (line.kind === 'entry' ? line.item.askedAt : line.at),
      greatestFirst: true,
      cell: (line) =>
        line.kind === 'day' ? (
          <b className={styles.day}>{formatDay(line.at, now)}</b>
        ) : (
          <time
            className={parts.dim}
            dateTime={new Date(line.item.askedAt).toISOString()}
            title={`${formatDateTime(line.item.askedAt)}\n${formatAge(line.item.askedAt, now)}`}
          >
            {inDays ? formatClock(line.item.askedAt) : formatTaken(line.item.askedAt, now)}
          </time>
        ),
    },
    {
      id: 'what',
      header: 'What',
      share: 1,
      min: 140,
      wants: 220,
      sortBy: ofItem(({ asked }) => asked),
      cell: ofItem((item) => {
        const { asked, kind, forced, note } = item;
        const under = narrow && where(item).length > 0 ? where(item).join(' · ') : note;
        return (
          <div className={styles.what}>
            <KindIcon kind={kind} />
            <div>
              <div className={grids.cellName}>
                <span className={styles.asked} title={asked}>
                  <bdi>{asked}</bdi>
                </span>
                {forced ? <ForcedChip /> : null}
              </div>
              {under ? (
                <div className={parts.note}>
                  <bdi>{under}</bdi>
                </div>
              ) : null}
            </div>
          </div>
        );
      }),
    },
    {
      id: 'domain',
      header: 'Domain',
      width: 150,
      min: 100,
      sortBy: ofItem(({ domain }) => domain),
      cell: ofItem((item) => {
        const [domain, host] = where(item);
        return (
          <>
            <bdi className={grids.cellLine} title={domain}>
              {domain}
            </bdi>
            {host === undefined ? null : (
              <div className={parts.note}>
                <bdi>{host}</bdi>
              </div>
            )}
          </>
        );
      }),
    },
    {
      id: 'outcome',
      header: 'Outcome',
      width: 132,
      min: 118,
      sortBy: ofItem(({ outcome }) => outcomes[outcome].text),
      cell: ofItem(({ outcome }) => <OutcomeChip outcome={outcome} />),
    },
    {
      id: 'took',
      header: 'Took',
      width: 84,
      goes: 2,
      sortBy: ofItem(({ tookMs }) => tookMs ?? undefined),
      greatestFirst: true,
      cell: ofItem(({ tookMs }) => <span className={styles.took}>{tookWords(tookMs)}</span>),
    },
    {
      id: 'by',
      header: 'By',
      width: 80,
      goes: 1,
      sortBy: ofItem(({ who }) => who),
      cell: ofItem(({ who }) => (
        <bdi className={`${grids.cellLine} ${parts.dim}`} title={who}>
          {who}
        </bdi>
      )),
    },
  ];
  return columns.filter(({ id }) => id !== 'domain' || (!narrow && scope.uuid === undefined));
}

/** How long something took; what was quick is not told to the millisecond. */
export function tookWords(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 1_000 ? 'under 1 s' : formatDuration(ms);
}
