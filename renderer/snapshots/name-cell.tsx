import { CircleX, Pin, Shield } from 'lucide-react';
import { formatSpan, stateLabel } from '../../shared/format.ts';
import type { Domain } from '../../shared/schema.ts';
import type { HereRow, SnapshotRow } from '../../shared/snapshot-tree.ts';
import type { DrawnRow, FoldRow } from '../../shared/tree-drawing.ts';
import { RowPicture } from '../pictures/row-picture.tsx';
import type { DamagedSnapshot, RowMark } from '../store/store.ts';
import parts from '../ui/parts.module.css';
import { useAround } from './around.ts';
import styles from './history.module.css';
import { foldMark, foldNote, foldTitle, safetyWords } from './row-words.ts';

/** Id of the element that names a row. */
export function nameId(index: number): string {
  return `snapshot-${index}-name`;
}

/** A snapshot with what is marked and said of it; or where the domain is. */
export function NameCell({ row, index }: { row: DrawnRow; index: number }) {
  if (row.kind === 'here') return <Here row={row} index={index} />;
  return row.kind === 'fold' ? <Folded row={row} index={index} /> : <Named row={row} index={index} />;
}

function Folded({ row, index }: { row: FoldRow; index: number }) {
  const mark = foldMark(row, useAround().changes);
  const note = foldNote(row);
  return (
    <>
      <div id={nameId(index)} className={styles.foldName}>
        {foldTitle(row)}
      </div>
      {mark ? (
        <MarkNote mark={mark} />
      ) : (
        <div className={parts.note} title={note}>
          <bdi>{note}</bdi>
        </div>
      )}
    </>
  );
}

function Here({ row, index }: { row: HereRow; index: number }) {
  const { domain, now, since, changes } = useAround();
  const mark = changes.get(row.key);
  return (
    <>
      <b id={nameId(index)} className={styles.hereName}>
        You are here
      </b>
      {mark ? (
        <MarkNote mark={mark} />
      ) : (
        <div className={parts.note}>
          <bdi>{hereNote(row, domain, now - since)}</bdi>
        </div>
      )}
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

/** Its description, or what it was taken for; or what is to become of it, while that is being decided. */
function Note({ row }: { row: SnapshotRow }) {
  const mark = useAround().changes.get(row.key);
  const { description } = row.snapshot;
  const safety = safetyWords(row.snapshot);
  if (mark) return <MarkNote mark={mark} />;
  if (safety !== null)
    return (
      <div className={styles.safetyLine}>
        <span className={parts.chip} data-look="outline" title={description}>
          <Shield size={11} aria-hidden="true" />
          <span className={styles.ifWide}>safety ·</span>
          <bdi>{safety}</bdi>
        </span>
      </div>
    );
  if (!description) return null;
  return (
    <div className={parts.note} title={description}>
      <bdi>{description}</bdi>
    </div>
  );
}

function MarkNote({ mark: { look, text } }: { mark: RowMark }) {
  return (
    <div className={parts.note} data-mark={look} title={text}>
      <bdi>{text}</bdi>
    </div>
  );
}

function InterruptedMark() {
  return (
    <Badge
      words="deletion interrupted"
      why="Its image was partly merged: it can no longer be reverted to, only deleted again"
    />
  );
}

/** What is wrong with a snapshot: its shape alone where there is little room. */
function Badge({ words, why }: { words: string; why: string }) {
  return (
    <span className={`${parts.chip} ${styles.badge}`} data-look="bad" title={`${words}: ${why}`}>
      <CircleX size={11} aria-hidden="true" />
      <span className={styles.badgeWords}>{words}</span>
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
  return words ? <Badge words={words} why={damage.why.join('\n')} /> : null;
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
  return `${state}, ${formatSpan(past)} past ${base.name}, in no snapshot`;
}
