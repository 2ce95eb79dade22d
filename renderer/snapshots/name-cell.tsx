import { Pin } from 'lucide-react';
import { formatDuration, stateLabel } from '../../shared/format.ts';
import type { Domain } from '../../shared/schema.ts';
import type { HereRow, SnapshotRow, TreeRow } from '../../shared/snapshot-tree.ts';
import { RowPicture } from '../pictures/row-picture.tsx';
import type { DamagedSnapshot } from '../store/store.ts';
import parts from '../ui/parts.module.css';
import { useAround } from './around.ts';
import styles from './history.module.css';

const minute = 60_000;

/** Id of the element that names a row. */
export function nameId(index: number): string {
  return `snapshot-${index}-name`;
}

/** A snapshot with what is marked and said of it; or where the domain is. */
export function NameCell({ row, index }: { row: TreeRow; index: number }) {
  return row.kind === 'here' ? <Here row={row} index={index} /> : <Named row={row} index={index} />;
}

function Here({ row, index }: { row: HereRow; index: number }) {
  const { domain, now, since } = useAround();
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

function Named({ row, index }: { row: SnapshotRow; index: number }) {
  const { domain, marks, isDeleting, damaged, pictures } = useAround();
  const { name } = row.snapshot;
  const isInterrupted = marks.interrupted.has(name);
  const damage = damaged?.get(name);
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
        {isInterrupted && !isDeleting ? <InterruptedMark /> : null}
        {damage && !(isInterrupted && damage.state === 'mixture') ? <DamageMark damage={damage} /> : null}
        {marks.pinned.has(name) ? <PinMark /> : null}
        {marks.tags.get(name)?.map((tag) => (
          <span key={tag} className={`${parts.chip} ${styles.tag}`} data-look="outline" title={`Tag: ${tag}`}>
            <bdi>{tag}</bdi>
          </span>
        ))}
      </div>
      <Note row={row} />
      {pictures?.has(name) ? <RowPicture domain={domain} snapshot={row.snapshot} /> : null}
    </>
  );
}

/** Its description; or what is to become of it, while that is being decided. */
function Note({ row }: { row: SnapshotRow }) {
  const { deletion } = useAround();
  const { name, description } = row.snapshot;
  const goes = deletion?.goes.has(name) ?? false;
  const to = deletion?.moves.get(name);
  const moves = !goes && to !== undefined;
  const moved = to === null ? 'moves to the top' : `moves under “${to}”`;
  const text = goes ? 'would be deleted' : moves ? moved : description;
  if (!text) return null;
  return (
    <div className={parts.note} data-mark={goes ? 'goes' : moves ? 'moves' : undefined} title={text}>
      <bdi>{text}</bdi>
    </div>
  );
}

function InterruptedMark() {
  return (
    <span
      className={parts.chip}
      data-look="bad"
      title="Its image was partly merged: it can no longer be reverted to, only deleted again"
    >
      deletion interrupted
    </span>
  );
}

const damageWords: Partial<Record<DamagedSnapshot['state'], string>> = {
  gone: 'data gone',
  mixture: 'data mixed',
  other: 'other data',
};

/** What the health tab says of its data, beside its name. */
function DamageMark({ damage }: { damage: DamagedSnapshot }) {
  const words = damageWords[damage.state];
  return words ? (
    <span className={parts.chip} data-look="bad" title={damage.why.join('\n')}>
      {words}
    </span>
  ) : null;
}

function PinMark() {
  return (
    <span className={styles.pin} title="Pinned: cannot be deleted">
      <Pin size={12} role="img" aria-label="pinned" />
    </span>
  );
}

function hereNote({ base }: HereRow, domain: Domain, past: number): string {
  const state = stateLabel(domain.state);
  if (!base) return `${state}, not based on any snapshot`;
  const span = past < minute ? 'less than a minute' : formatDuration(past - (past % minute));
  return `${state}, ${span} past ${base.name}, in no snapshot`;
}
