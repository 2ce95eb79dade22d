// biome-ignore-all lint/a11y/useKeyWithClickEvents: the keys of all rows are handled by the list
import { Check, ChevronDown, ChevronRight, LoaderCircle, Shield } from 'lucide-react';
import type { MouseEvent } from 'react';
import { formatCount, stateLabel } from '../../shared/format.ts';
import { hostFacts, hostMeta, hostMetaTicks } from '../hosts/host-meta.ts';
import { phaseSentence } from '../operations/phases.ts';
import { isProtected, operationOn } from '../store/selectors.ts';
import { useAppState } from '../ui/context.tsx';
import { HostGlyph, StateGlyph } from '../ui/glyphs.tsx';
import { useNow } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import styles from './rows.module.css';
import type { ListRow } from './use-domain-rows.ts';

interface RowProps<Kind extends ListRow['kind']> {
  row: Extract<ListRow, { kind: Kind }>;
  index: number;
  start: number;
  /** The row that can be tabbed to. */
  active: boolean;
  opened: boolean;
  onClick: (event: MouseEvent) => void;
  onContextMenu: (event: MouseEvent) => void;
}

export function HostRow({
  row,
  index,
  start,
  active,
  opened,
  onClick,
  onContextMenu,
  onToggle,
}: RowProps<'host'> & { onToggle: () => void }) {
  const { host } = row;
  const now = useNow(hostMetaTicks(host) ? 1000 : null);
  const Chevron = row.open ? ChevronDown : ChevronRight;
  const id = `host-${index}`;
  return (
    <div
      role="treeitem"
      aria-level={1}
      aria-expanded={row.open}
      {...(opened ? { 'aria-current': true } : {})}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-labelledby={`${id}-name`}
      aria-describedby={`${id}-more`}
      className={styles.host}
      data-kind={host.kind}
      data-index={index}
      tabIndex={active ? 0 : -1}
      style={{ transform: `translateY(${start}px)` }}
      title={hostFacts(host)
        .map(({ label, value }) => `${label}: ${value}`)
        .join('\n')}
      onClick={onClick}
      onContextMenu={onContextMenu}
    >
      <span
        className={styles.chevron}
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          onToggle();
        }}
      >
        <Chevron size={13} />
      </span>
      <HostGlyph status={host.connection.status} />
      <bdi id={`${id}-name`} className={styles.name}>
        {host.name}
      </bdi>
      <span id={`${id}-more`} className={styles.meta}>
        {hostMeta(host, now)}
      </span>
    </div>
  );
}

export function DomainRow({ row, index, start, active, opened, onClick, onContextMenu }: RowProps<'domain'>) {
  const { domain } = row;
  const operation = useAppState((state) => operationOn(state, row.key));
  const chosen = useAppState((state) => state.chosen.has(row.key));
  const guarded = useAppState((state) => isProtected(state, row.key));
  const id = `domain-${index}`;
  const marks = [
    ...(domain.persistent ? [] : [{ sign: 'T', text: 'transient' }]),
    ...(domain.managedSave ? [{ sign: 'S', text: 'has a managed save' }] : []),
  ];
  return (
    <div
      role="treeitem"
      aria-level={2}
      aria-selected={chosen}
      {...(opened ? { 'aria-current': true } : {})}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-labelledby={`${id}-name`}
      aria-describedby={`${id}-more`}
      className={styles.domain}
      data-index={index}
      tabIndex={active ? 0 : -1}
      style={{ transform: `translateY(${start}px)` }}
      onClick={onClick}
      onContextMenu={onContextMenu}
    >
      {chosen ? <Check size={13} className={styles.chosen} aria-hidden="true" /> : null}
      <span title={stateLabel(domain.state)}>
        <StateGlyph state={domain.state} />
      </span>
      <bdi id={`${id}-name`} className={styles.name} title={domain.name}>
        {domain.name}
      </bdi>
      {marks.map(({ sign, text }) => (
        <span key={sign} className={styles.letter} title={text} aria-hidden="true">
          {sign}
        </span>
      ))}
      {guarded ? (
        <span className={styles.shield} title="protected">
          <Shield size={12} aria-hidden="true" />
        </span>
      ) : null}
      {operation ? <LoaderCircle size={12} className={`${parts.spin} ${styles.running}`} aria-hidden="true" /> : null}
      <span className={styles.count} title={formatCount(domain.snapshotCount, 'snapshot')} aria-hidden="true">
        {domain.snapshotCount}
      </span>
      <span id={`${id}-more`} hidden>
        {[
          stateLabel(domain.state),
          formatCount(domain.snapshotCount, 'snapshot'),
          ...marks.map(({ text }) => text),
          ...(guarded ? ['protected'] : []),
          ...(operation ? [phaseSentence(operation)] : []),
        ].join(', ')}
      </span>
    </div>
  );
}
