import { Check, ChevronDown, ChevronRight, LoaderCircle, Shield } from 'lucide-react';
import { memo, useMemo } from 'react';
import { formatCount, formatSnapshots, stateLabel } from '../../shared/format.ts';
import type { Domain, Host } from '../../shared/schema.ts';
import { hostMarks } from '../hosts/host-marks.ts';
import { hostFacts, hostMeta, hostMetaTicks, hostReach, isInTrouble } from '../hosts/host-meta.ts';
import { problemsOfDomain } from '../hosts/problems.ts';
import { phaseSentence } from '../operations/phases.ts';
import { lastRevertOf } from '../store/last-reverts.ts';
import { domainsOf, isMarkedProtected, isProtected, operationOn } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { useAppState } from '../ui/context.tsx';
import { HostGlyph, StateGlyph } from '../ui/glyphs.tsx';
import { useNow } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { ProblemIcon } from '../ui/problem-icon.tsx';
import tints from '../ui/tint.module.css';
import { type ListRow, ungrouped } from './list-rows.ts';
import styles from './rows.module.css';

interface RowProps<Kind extends ListRow['kind']> {
  row: Extract<ListRow, { kind: Kind }>;
  index: number;
  start: number;
  /** The row that can be tabbed to. */
  active: boolean;
  opened: boolean;
  /** An open menu is about it. */
  menu: boolean;
}

/** What every row of the tree has. */
function rowProps(
  { row, index, start, opened, menu }: Omit<RowProps<'host'>, 'row'> & { row: ListRow },
  className: string | undefined,
) {
  const id = `${row.kind}-${index}`;
  return {
    'aria-level': row.level,
    'aria-posinset': row.position,
    'aria-setsize': row.siblings,
    ...(opened ? { 'aria-current': true } : {}),
    'aria-labelledby': `${id}-name`,
    'aria-describedby': `${id}-more`,
    'data-index': index,
    className: `${className} ${menu ? parts.menuTarget : ''}`,
    style: { transform: `translateY(${start}px)` },
  } as const;
}

/** The heading of a group; closed, it tells what is wrong in it. */
function PlainGroupRow(props: RowProps<'group'>) {
  const { row, index } = props;
  const { group, hosts, open } = row;
  const Chevron = open ? ChevronDown : ChevronRight;
  const id = `group-${index}`;
  const troubled = hosts.filter(isInTrouble).length;
  const told = troubled > 0 && !open ? formatCount(troubled, 'problem') : null;
  return (
    <div
      role="treeitem"
      tabIndex={props.active ? 0 : -1}
      {...rowProps(props, styles.group)}
      aria-expanded={open}
      title={group}
    >
      <span className={styles.chevron} aria-hidden="true">
        <Chevron size={13} />
      </span>
      <bdi id={`${id}-name`} className={styles.name}>
        {group || ungrouped}
      </bdi>
      <span className={styles.count} title={formatCount(hosts.length, 'host')} aria-hidden="true">
        {hosts.length}
      </span>
      {told ? <span className={styles.trouble}>{told}</span> : null}
      <span id={`${id}-more`} hidden>
        {[formatCount(hosts.length, 'host'), ...(told ? [told] : [])].join(', ')}
      </span>
    </div>
  );
}

const calm: ReadonlySet<Host['connection']['status']> = new Set(['connecting', 'disconnected']);

/** A host: what is wrong with it in words; or else how it is reached, and folded, how many of its domains run. */
function PlainHostRow(props: RowProps<'host'>) {
  const { row, index } = props;
  const { host, open } = row;
  const now = useNow(hostMetaTicks(host) ? 1000 : null);
  const all = useAppState((state) => domainsOf(state, host.id).byName.length);
  const up = useAppState((state) => domainsOf(state, host.id).running);
  const Chevron = open ? ChevronDown : ChevronRight;
  const id = `host-${index}`;
  const trouble = hostMeta(host, now);
  const marks = hostMarks(host);
  // Its domains tell what runs as long as they are listed.
  const reach = open && all > 0 ? hostReach(host) : null;
  const running = `${up} of ${formatCount(all, 'domain')} running`;
  return (
    <div
      role="treeitem"
      tabIndex={props.active ? 0 : -1}
      {...rowProps(props, `${styles.host} ${tints.tinted}`)}
      aria-expanded={open}
      data-tint={host.colour ?? undefined}
      title={hostTip(host)}
    >
      <span className={styles.chevron} aria-hidden="true" data-chevron>
        <Chevron size={13} />
      </span>
      <HostGlyph status={host.connection.status} />
      <bdi id={`${id}-name`} className={styles.name}>
        {host.name}
      </bdi>
      {marks.map(({ Icon, text }) => (
        <span key={text} className={styles.shield} title={text}>
          <Icon size={12} aria-hidden="true" />
        </span>
      ))}
      {trouble === null ? (
        <span className={styles.running} title={running} aria-hidden="true">
          {reach ? (
            <span className={styles.reach}>{reach}</span>
          ) : (
            <>
              <b data-any={up > 0 || undefined}>{up}</b>/{all}
            </>
          )}
        </span>
      ) : (
        <span className={styles.trouble} data-calm={calm.has(host.connection.status) || undefined} aria-hidden="true">
          {trouble}
        </span>
      )}
      <span id={`${id}-more`} hidden>
        {[trouble ?? 'connected', running, ...marks.map(({ text }) => text)].join(', ')}
      </span>
    </div>
  );
}

function hostTip(host: Host): string {
  const lines = hostFacts(host).map(({ label, value }) => `${label}: ${value}`);
  return [host.name, ...lines, ...(host.note ? ['', host.note] : [])].join('\n');
}

/** What is known to be wrong with a domain. */
function useProblems(domain: Domain) {
  const lastRevert = useAppState((state) => lastRevertOf(state, domain));
  const health = useAppState((state) => state.health.get(domainKey(domain)));
  return useMemo(() => problemsOfDomain(domain, { lastRevert, health }, Date.now()), [domain, lastRevert, health]);
}

/** A domain: what it does, what is special about it, and how many snapshots it has. */
function PlainDomainRow(props: RowProps<'domain'>) {
  const { row, index } = props;
  const { domain } = row;
  const operation = useAppState((state) => operationOn(state, row.key));
  const chosen = useAppState((state) => state.chosen.has(row.key));
  const guarded = useAppState((state) => isProtected(state, row.key));
  // Of a protected host all domains are: its own row has the mark.
  const marked = useAppState((state) => isMarkedProtected(state, row.key));
  const problems = useProblems(domain);
  const id = `domain-${index}`;
  const marks = [
    ...(domain.persistent ? [] : [{ sign: 'T', text: 'transient' }]),
    ...(domain.managedSave ? [{ sign: 'S', text: 'has a managed save' }] : []),
  ];
  return (
    <div role="treeitem" tabIndex={props.active ? 0 : -1} {...rowProps(props, styles.domain)} aria-selected={chosen}>
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
      {marked ? (
        <span className={styles.shield} title="protected">
          <Shield size={12} aria-hidden="true" />
        </span>
      ) : null}
      {problems[0] ? (
        <span className={styles.problem} title={problems.map(({ text }) => text).join('\n')} aria-hidden="true">
          <ProblemIcon level={problems[0].level} size={13} />
        </span>
      ) : null}
      {operation ? <LoaderCircle size={12} className={`${parts.spin} ${styles.busy}`} aria-hidden="true" /> : null}
      <span className={styles.count} title={formatSnapshots(domain.snapshotCount)} aria-hidden="true">
        {domain.snapshotCount ?? '…'}
      </span>
      <span id={`${id}-more`} hidden>
        {[
          stateLabel(domain.state),
          formatSnapshots(domain.snapshotCount),
          ...marks.map(({ text }) => text),
          ...(guarded ? ['protected'] : []),
          ...problems.map(({ short }) => short),
          ...(operation ? [phaseSentence(operation)] : []),
        ].join(', ')}
      </span>
    </div>
  );
}

// A row stays as it is while it says the same in the same place.
export const GroupRow = memo(PlainGroupRow);
export const HostRow = memo(PlainHostRow);
export const DomainRow = memo(PlainDomainRow);
