import { Tabs } from '@base-ui/react/tabs';
import { useEffect, useMemo, useState } from 'react';
import { formatCount, formatWhole } from '../../shared/format.ts';
import type { Domain, Host } from '../../shared/schema.ts';
import { totalOfDomains, whatTotalIs } from '../../shared/sizes-words.ts';
import { ScopedActivity } from '../journal/activity-view.tsx';
import { openDomainView } from '../store/actions.ts';
import { domainsOf } from '../store/selectors.ts';
import { type AppState, domainKey, uuidsOn } from '../store/store.ts';
import blocks from '../ui/blocks.module.css';
import { Contained } from '../ui/contained.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import grids from '../ui/grid/grid.module.css';
import { Grid } from '../ui/grid/grid.tsx';
import { useGrid } from '../ui/grid/use-grid.ts';
import { useKept, useNow, useWide, wideFrom } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { ProblemIcon } from '../ui/problem-icon.tsx';
import { ViewPane } from '../ui/side-pane.tsx';
import tabs from '../ui/tabs.module.css';
import { rowIndexOf } from '../ui/virtual-list.ts';
import { domainColumns } from './domain-columns.tsx';
import styles from './host-page.module.css';
import { HostPane } from './host-pane.tsx';
import { ProblemList } from './problem-list.tsx';
import { domainsInQuestion, type HostProblem, knownOf, problemsOf } from './problems.ts';
import { Unencrypted } from './unencrypted.tsx';

type HostTab = 'domains' | 'problems' | 'activity';

/** A connected host: its domains, what needs seeing to, and what was done; beside them what runs now. */
export function HostPage({ host }: { host: Host }) {
  const [tab, setTab] = useState<HostTab>('domains');
  const now = useNow(60_000);
  const domains = useAppState((state) => domainsOf(state, host.id).byName);
  const hosts = useAppState((state) => state.hosts);
  const lastReverts = useAppState((state) => state.lastReverts);
  const health = useAppState((state) => state.health);
  const inQuestion = useKept(
    useMemo(() => domainsInQuestion({ health, lastReverts }, host, domains), [health, lastReverts, host, domains]),
  );
  const problems = useMemo(
    () =>
      problemsOf({
        host,
        domains: inQuestion,
        known: (domain) => knownOf({ hosts, lastReverts, health }, domain),
        now,
      }),
    [host, inQuestion, hosts, lastReverts, health, now],
  );
  return (
    <>
      <Tabs.Root className={tabs.root} value={tab} onValueChange={(value: HostTab) => setTab(value)}>
        <Tabs.List className={`${tabs.list} ${tabs.inset}`} aria-label={`About ${host.name}`}>
          <Tabs.Tab value="domains">
            Domains <span className={styles.count}>{formatWhole(domains.length)}</span>
          </Tabs.Tab>
          <Tabs.Tab value="problems">
            Problems
            <Counts problems={problems} />
          </Tabs.Tab>
          <Tabs.Tab value="activity">Activity</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="domains" className={tabs.panel} tabIndex={-1}>
          <Contained what="The domains" about={host.id}>
            <Unencrypted uri={host.uri} />
            <Domains host={host} domains={domains} problems={problems} now={now} />
          </Contained>
        </Tabs.Panel>
        <Tabs.Panel value="problems" className={tabs.panel} tabIndex={-1}>
          <div className={styles.body}>
            {problems.length === 0 ? <p>No problems are known.</p> : <ProblemList problems={problems} />}
            <p className={parts.dim}>
              Known are reverts that did not end well, what the health of opened domains shows, and the connection. The
              health of a domain is checked when it is opened.
            </p>
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="activity" className={tabs.panel} tabIndex={-1}>
          <Contained what="What was done" about={host.id}>
            <ScopedActivity scope={{ hostId: host.id }} name={host.name} />
          </Contained>
        </Tabs.Panel>
      </Tabs.Root>
      {tab === 'activity' ? null : (
        <ViewPane>
          <HostPane host={host} problems={problems} />
        </ViewPane>
      )}
    </>
  );
}

function Counts({ problems }: { problems: readonly HostProblem[] }) {
  return (['bad', 'warn'] as const).map((level) => {
    const count = problems.filter((each) => each.level === level).length;
    return count === 0 ? null : (
      <span key={level} className={styles.mark} data-level={level}>
        <ProblemIcon level={level} />
        {count}
      </span>
    );
  });
}

interface DomainsProps {
  host: Host;
  domains: readonly Domain[];
  problems: readonly HostProblem[];
  now: number;
}

function Domains({ host, domains, problems, now }: DomainsProps) {
  const { running } = useAppState((state) => domainsOf(state, host.id));
  const sizeTotals = useAppState((state) => state.sizeTotals);
  const size = useMemo(() => sizeOf(host, domains, sizeTotals), [host, domains, sizeTotals]);
  const [root, isWide] = useWide(wideFrom);
  if (domains.length === 0)
    return (
      <div className={blocks.empty}>
        <h2>No domains</h2>
        <p>libvirt has no domains here. One that is defined later appears by itself.</p>
      </div>
    );
  const uncounted = domains.filter(({ snapshotCount }) => snapshotCount === null).length;
  const snapshots = domains.reduce((sum, { snapshotCount }) => sum + (snapshotCount ?? 0), 0);
  const facts = [
    [formatWhole(domains.length), domains.length === 1 ? 'domain' : 'domains'],
    [formatWhole(running), 'running'],
    [formatWhole(snapshots), snapshots === 1 ? 'snapshot' : 'snapshots'],
    ...(uncounted > 0 ? [[formatCount(uncounted, 'domain'), 'not counted yet']] : []),
  ];
  return (
    <div ref={root} className={styles.domains}>
      <p className={styles.sums}>
        {facts.map(([count, what]) => (
          <span key={what}>
            <b>{count}</b> {what}
          </span>
        ))}
        {size ? (
          <span title={whatTotalIs}>
            <b>{size[0]}</b> {size[1]}
          </span>
        ) : null}
      </p>
      <DomainTable host={host} domains={domains} problems={problems} now={now} narrow={!isWide} />
    </div>
  );
}

/** What the snapshots of all of them take up, as far as it is known. */
function sizeOf(
  host: Host,
  domains: readonly Domain[],
  totals: AppState['sizeTotals'],
): ReturnType<typeof totalOfDomains> {
  const looked = uuidsOn(host.id, totals.keys());
  const some = domains.filter(({ snapshotCount }) => snapshotCount !== 0);
  const told = some.flatMap((domain) => (looked.has(domain.uuid) ? (totals.get(domainKey(domain)) ?? []) : []));
  return totalOfDomains(told, some.length - told.length);
}

function DomainTable({ host, domains, problems, now, narrow }: DomainsProps & { narrow: boolean }) {
  const { store } = useApp();
  const words = useAppState((state) => state.domainWords);
  const spans = useAppState((state) => state.spans);
  const totals = useAppState((state) => state.sizeTotals);
  const [active, setActive] = useState<string | null>(null);
  const worst = useMemo(
    () => new Map(problems.toReversed().flatMap((each) => (each.domain ? [[domainKey(each.domain), each]] : []))),
    [problems],
  );
  const columns = useMemo(
    () => domainColumns({ now, narrow, words, spans, totals, problems: worst }),
    [now, narrow, words, spans, totals, worst],
  );
  const grid = useGrid({ id: 'host-domains', columns, rows: domains, keyOf: domainKey, activeKey: active });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another host begins at its first domain
  useEffect(() => setActive(null), [host.id]);
  const open = (domain: Domain | undefined) => {
    if (domain) openDomainView(store, domainKey(domain));
  };
  return (
    <Grid
      grid={grid}
      label={`Domains of ${host.name}`}
      className={`${grids.rowGrid} ${styles.grid}`}
      textOf={({ name }) => name}
      move={(index) => {
        const row = grid.rows[index];
        setActive(row ? domainKey(row) : null);
        grid.focusRow(index);
      }}
      onRowKey={({ key, repeat }) => {
        if (key !== 'Enter') return false;
        if (!repeat) open(grid.rows[grid.active]);
        return true;
      }}
      rowProps={(domain) => ({ 'aria-label': domain.name, 'aria-selected': domainKey(domain) === active })}
      onRowFocus={(domain) => setActive(domainKey(domain))}
      onDoubleClick={({ target }) => {
        const index = rowIndexOf(target);
        if (index !== null) open(grid.rows[index]);
      }}
    />
  );
}
