import { askedWords, groupNote, type JournalGroup, outcomes } from '../../shared/activity/groups.ts';
import { formatAge, formatClock, formatDateTime, formatDay, formatDuration, formatTaken } from '../../shared/format.ts';
import type { GridColumn } from '../ui/grid/columns.ts';
import grids from '../ui/grid/grid.module.css';
import parts from '../ui/parts.module.css';
import styles from './activity.module.css';
import { ForcedChip, KindIcon, OutcomeChip } from './looks.tsx';
import type { Scope } from './use-journal.ts';

/** A line of the list: an operation, or the day over those that follow. */
export type ActivityLine =
  | { readonly kind: 'entry'; readonly key: string; readonly group: JournalGroup }
  | { readonly kind: 'day'; readonly key: string; readonly at: number };

/** Newest first, each day under its heading. */
export function daysOf(groups: readonly JournalGroup[]): ActivityLine[] {
  let last = '';
  return groups.flatMap((group): ActivityLine[] => {
    const at = group.main.askedAt;
    const day = new Date(at).toDateString();
    const heading: ActivityLine[] = day === last ? [] : [{ kind: 'day', key: `day ${day}`, at }];
    last = day;
    return [...heading, { kind: 'entry', key: group.operationId, group }];
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
  const ofGroup =
    <T,>(of: (group: JournalGroup) => T) =>
    (line: ActivityLine): T | undefined =>
      line.kind === 'entry' ? of(line.group) : undefined;
  const where = ({ main }: JournalGroup) => [
    ...(scope.uuid === undefined ? [main.domainName] : []),
    ...(scope.hostId === undefined ? [main.hostName] : []),
  ];
  const columns: GridColumn<ActivityLine>[] = [
    {
      id: 'when',
      header: 'When',
      width: inDays ? 58 : 96,
      sortBy: (line) => (line.kind === 'entry' ? line.group.main.askedAt : line.at),
      greatestFirst: true,
      cell: (line) =>
        line.kind === 'day' ? (
          <b className={styles.day}>{formatDay(line.at, now)}</b>
        ) : (
          <time
            className={parts.dim}
            dateTime={new Date(line.group.main.askedAt).toISOString()}
            title={`${formatDateTime(line.group.main.askedAt)}\n${formatAge(line.group.main.askedAt, now)}`}
          >
            {inDays ? formatClock(line.group.main.askedAt) : formatTaken(line.group.main.askedAt, now)}
          </time>
        ),
    },
    {
      id: 'what',
      header: 'What',
      share: 1,
      min: 140,
      wants: 220,
      sortBy: ofGroup(({ main }) => askedWords(main)),
      cell: ofGroup((group) => {
        const asked = askedWords(group.main);
        const under = narrow && where(group).length > 0 ? where(group).join(' · ') : groupNote(group);
        return (
          <div className={styles.what}>
            <KindIcon kind={group.main.kind} />
            <div>
              <div className={grids.cellName}>
                <span className={styles.asked} title={asked}>
                  <bdi>{asked}</bdi>
                </span>
                {group.forced ? <ForcedChip /> : null}
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
      sortBy: ofGroup(({ main }) => main.domainName),
      cell: ofGroup((group) => {
        const [domain, host] = where(group);
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
      sortBy: ofGroup(({ outcome }) => outcomes[outcome].text),
      cell: ofGroup(({ outcome }) => <OutcomeChip outcome={outcome} />),
    },
    {
      id: 'took',
      header: 'Took',
      width: 84,
      goes: 2,
      sortBy: ofGroup(({ tookMs }) => tookMs ?? undefined),
      greatestFirst: true,
      cell: ofGroup(({ tookMs }) => <span className={styles.took}>{tookWords(tookMs)}</span>),
    },
    {
      id: 'by',
      header: 'By',
      width: 80,
      goes: 1,
      sortBy: ofGroup(({ main }) => main.who),
      cell: ofGroup(({ main }) => (
        <bdi className={`${grids.cellLine} ${parts.dim}`} title={main.who}>
          {main.who}
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
