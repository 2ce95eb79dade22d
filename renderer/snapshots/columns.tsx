import { Pin } from 'lucide-react';
import { createContext, useContext } from 'react';
import {
  formatAge,
  formatDateTime,
  formatDuration,
  formatTaken,
  holdsLabel,
  isMoment,
  stateLabel,
} from '../../shared/format.ts';
import type { Domain } from '../../shared/schema.ts';
import type { HereRow, TreeRow } from '../../shared/snapshot-tree.ts';
import { RowPicture } from '../pictures/row-picture.tsx';
import { damageOf, deletionMark, isInterrupted, isPinned, operationOn, tagsOfSnapshot } from '../store/selectors.ts';
import { type DamagedSnapshot, domainKey } from '../store/store.ts';
import { useAppState } from '../ui/context.tsx';
import type { GridColumn } from '../ui/grid/columns.ts';
import parts from '../ui/parts.module.css';
import styles from './history.module.css';
import { gutterWidth, Lanes } from './lanes.tsx';

const minute = 60_000;

/** What the cells of all rows need to know beyond their own. */
interface Around {
  readonly domain: Domain;
  readonly now: number;
  /** Since when the domain has gone on from its current snapshot. */
  readonly since: number;
  /** Filtered rows have no neighbours to draw lines to. */
  readonly flat: boolean;
}
export const RowsContext = createContext<Around | null>(null);

function useAround(): Around {
  const around = useContext(RowsContext);
  if (!around) throw new Error('There is no RowsContext above this cell.');
  return around;
}

/** What the window keeps the view of the history under. */
export const historyGrid = 'history';

/** The columns of the history; with lanes for so many branches side by side. */
export function historyColumns(laneCount: number): GridColumn<TreeRow>[] {
  return [
    {
      id: 'history',
      header: 'History',
      width: gutterWidth(laneCount),
      fixed: true,
      ordered: true,
      cell: (row) => <LanesCell row={row} laneCount={laneCount} />,
    },
    {
      id: 'name',
      header: 'Snapshot',
      share: 1,
      min: 120,
      wants: 190,
      sortBy: (row) => (row.kind === 'here' ? undefined : row.snapshot.name),
      cell: (row, index) => <NameCell row={row} index={index} />,
    },
    {
      id: 'holds',
      header: 'Holds',
      width: 166,
      min: 108,
      goes: 2,
      optional: true,
      sortBy: (row) => (row.kind === 'here' ? undefined : holdsLabel(row.snapshot)),
      cell: (row) => <HoldsCell row={row} />,
    },
    {
      id: 'taken',
      header: 'Taken',
      width: 116,
      min: 100,
      optional: true,
      sortBy: (row) => (row.kind === 'here' ? undefined : row.snapshot.createdAt),
      greatestFirst: true,
      cell: (row) => <TakenCell row={row} />,
    },
    {
      id: 'was',
      header: 'Guest was',
      width: 90,
      min: 72,
      goes: 1,
      optional: true,
      sortBy: (row) => (row.kind === 'here' ? undefined : stateLabel(row.snapshot.state)),
      cell: (row) => (row.kind === 'here' ? <StateNow /> : stateLabel(row.snapshot.state)),
    },
  ];
}

function LanesCell({ row, laneCount }: { row: TreeRow; laneCount: number }) {
  return <Lanes row={row} laneCount={laneCount} alone={useAround().flat} />;
}

function StateNow() {
  return stateLabel(useAround().domain.state);
}

function NameCell({ row, index }: { row: TreeRow; index: number }) {
  const { domain, now, since } = useAround();
  if (row.kind === 'here') {
    return (
      <>
        <b id={nameId(index)} className={styles.hereName}>
          You are here
        </b>
        <div className={parts.note}>
          <bdi>{hereNote(row, domain, now - since)}</bdi>
        </div>
      </>
    );
  }
  const { name, description } = row.snapshot;
  return (
    <>
      <div className={styles.nameLine}>
        <b id={nameId(index)} title={name}>
          <bdi>{name}</bdi>
        </b>
        {row.current ? (
          <span className={parts.chip} data-look="current">
            current
          </span>
        ) : null}
        <InterruptedMark domain={domain} name={name} />
        <DamageMark domain={domain} name={name} />
        <PinMark domain={domain} name={name} />
        <Tags domain={domain} name={name} />
      </div>
      <Note domain={domain} name={name} description={description} />
      <RowPicture domain={domain} snapshot={row.snapshot} />
    </>
  );
}

/** Its description; or what is to become of it, while that is being decided. */
function Note({ domain, name, description }: { domain: Domain; name: string; description: string }) {
  const kind = useAppState((state) => deletionMark(state, domainKey(domain), name)?.kind);
  const text = useAppState((state) => deletionMark(state, domainKey(domain), name)?.text) ?? description;
  if (!text) return null;
  return (
    <div className={parts.note} data-mark={kind} title={text}>
      <bdi>{text}</bdi>
    </div>
  );
}

function InterruptedMark({ domain, name }: { domain: Domain; name: string }) {
  const interrupted = useAppState(
    (state) => isInterrupted(state, domain, name) && operationOn(state, domainKey(domain))?.kind !== 'delete',
  );
  return interrupted ? (
    <span
      className={parts.chip}
      data-look="bad"
      title="Its image was partly merged: it can only be deleted again, not reverted to"
    >
      deletion interrupted
    </span>
  ) : null;
}

const damageWords: Partial<Record<DamagedSnapshot['state'], string>> = {
  gone: 'data gone',
  mixture: 'data mixed',
  other: 'other data',
};

/** What the health tab says of its data, beside its name. */
function DamageMark({ domain, name }: { domain: Domain; name: string }) {
  const damage = useAppState((state) => damageOf(state, domainKey(domain), name));
  const interrupted = useAppState((state) => isInterrupted(state, domain, name));
  const words = damage && damageWords[damage.state];
  if (!words || (interrupted && damage.state === 'mixture')) return null;
  return (
    <span className={parts.chip} data-look="bad" title={damage.why.join('\n')}>
      {words}
    </span>
  );
}

function PinMark({ domain, name }: { domain: Domain; name: string }) {
  const pinned = useAppState((state) => isPinned(state, domain, name));
  return pinned ? (
    <span className={styles.pin} title="Pinned: not to be deleted">
      <Pin size={12} role="img" aria-label="pinned" />
    </span>
  ) : null;
}

function Tags({ domain, name }: { domain: Domain; name: string }) {
  const tags = useAppState((state) => tagsOfSnapshot(state, domain, name));
  return tags.map((tag) => (
    <span key={tag} className={`${parts.chip} ${styles.tag}`} data-look="outline" title={`Tag: ${tag}`}>
      <bdi>{tag}</bdi>
    </span>
  ));
}

function hereNote({ base }: HereRow, domain: Domain, past: number): string {
  const state = stateLabel(domain.state);
  if (!base) return `${state}, not based on any snapshot`;
  const span = past < minute ? 'less than a minute' : formatDuration(past - (past % minute));
  return `${state}, ${span} past ${base.name}, in no snapshot`;
}

const kindMarks: Record<string, { text: string; title: string }> = {
  external: { text: 'external', title: 'New data goes to overlay files; the old data stays in the files before them' },
  mixed: { text: 'mixed', title: 'Some disks are kept inside their image, others in overlay files' },
};

function HoldsCell({ row }: { row: TreeRow }) {
  if (row.kind === 'here') return null;
  const mark = kindMarks[row.snapshot.kind];
  return (
    <span className={styles.chips}>
      <span className={parts.chip}>{holdsLabel(row.snapshot)}</span>
      {mark ? (
        <span className={parts.chip} data-look="outline" title={mark.title}>
          {mark.text}
        </span>
      ) : null}
    </span>
  );
}

function TakenCell({ row }: { row: TreeRow }) {
  const { now } = useAround();
  if (row.kind === 'here') return 'now';
  const { createdAt } = row.snapshot;
  if (!isMoment(createdAt)) return <span title="libvirt tells no time that makes sense">unknown</span>;
  return (
    <time
      dateTime={new Date(createdAt).toISOString()}
      title={`${formatDateTime(createdAt)}\n${formatAge(createdAt, now)}`}
    >
      {formatTaken(createdAt, now)}
    </time>
  );
}

/** Id of the element that names a row. */
export function nameId(index: number): string {
  return `snapshot-${index}-name`;
}
