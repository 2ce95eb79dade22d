// biome-ignore-all lint/a11y/useFocusableInteractive: the focus stays in the field, which points to the active option
// biome-ignore-all lint/a11y/useKeyWithClickEvents: its keys are handled in the field
// biome-ignore-all lint/a11y/useAriaPropsSupportedByRole: both roles that it can have take a label
import { useEffect, useRef } from 'react';
import { formatCount } from '../../../shared/format.ts';
import type { SourceHost } from '../../../shared/schema.ts';
import parts from '../../ui/parts.module.css';
import { PathText } from '../../ui/path-text.tsx';
import styles from './add-host.module.css';
import type { SourceGroup } from './source-rows.ts';

interface SourceListProps {
  groups: readonly SourceGroup[];
  /** The row that the keys are at; -1 for none. */
  active: number;
  /** What is in the field. */
  uri: string;
  onPick: (host: SourceHost) => void;
}

/** Hosts that this computer knows of, to pick one from; the keys are those of the field above it. */
export function SourceList({ groups, active, uri, onPick }: SourceListProps) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(`#host-source-${active}`)?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div
      ref={list}
      id="host-sources"
      role={groups.some(({ rows }) => rows.length > 0) ? 'listbox' : 'group'}
      aria-label="Known hosts"
      className={styles.list}
    >
      {groups.map(({ key, title, file, rows, problem, leftOut, none }) => (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a list of options
        <div
          key={key}
          role="group"
          aria-label={file === null ? title : `${title}, ${file}`}
          aria-describedby={`host-source-said-${key}`}
        >
          <div role="presentation" className={styles.group}>
            <span>{title}</span>
            {file === null ? null : <PathText path={file} />}
          </div>
          {rows.map(({ at, host }) => (
            <div
              key={at}
              id={`host-source-${at}`}
              role="option"
              aria-selected={at === active}
              aria-disabled={host.unusable !== null || undefined}
              data-picked={host.uri === uri || undefined}
              className={styles.row}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onPick(host)}
            >
              <Row host={host} />
            </div>
          ))}
          <div role="presentation" id={`host-source-said-${key}`}>
            {none === null ? null : <p className={styles.none}>{none}</p>}
            {leftOut === 0 ? null : (
              <p className={styles.none}>
                {formatCount(leftOut, 'more host is', 'more hosts are')} not listed. Type the address instead.
              </p>
            )}
            {problem === null ? null : <p className={styles.fault}>{problem}</p>}
          </div>
        </div>
      ))}
    </div>
  );
}

function Row({ host: { name, uri, note, listed, unusable } }: { host: SourceHost }) {
  return (
    <>
      {name === null ? null : <bdi className={styles.name}>{name}</bdi>}
      <bdi className={`${styles.uri} ${parts.mono}`}>{uri}</bdi>
      {note === '' ? null : <span className={styles.note}>{note}</span>}
      {listed ? <span className={parts.chip}>in the list</span> : null}
      {unusable === null ? null : <span className={styles.unusable}>{unusable}</span>}
    </>
  );
}
