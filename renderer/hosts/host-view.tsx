import { Camera } from 'lucide-react';
import { useEffect } from 'react';
import { formatVersion } from '../../shared/format.ts';
import type { Host } from '../../shared/schema.ts';
import { commandById, contextOf, runCommand } from '../commands/context.ts';
import { DetailsToggle } from '../commands/details-toggle.tsx';
import { MoreMenu } from '../commands/more-menu.tsx';
import { openDomainCode } from '../snapshots/later.ts';
import { chooseDomains, clearChosen } from '../store/actions.ts';
import { tellCallFailed } from '../store/effects.ts';
import { domainsOf } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import blocks from '../ui/blocks.module.css';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { Fetched } from '../ui/fetched.tsx';
import { HostGlyph } from '../ui/glyphs.tsx';
import parts from '../ui/parts.module.css';
import { Dot } from '../ui/tint.tsx';
import { hostMarks } from './host-marks.ts';
import { formatRoundTrip } from './host-meta.ts';
import { HostTrouble } from './host-trouble.tsx';
import styles from './hosts.module.css';

/** Connects to a host that is to be connected to when it is opened; once, so that it can be disconnected. */
function useConnectedWhenOpened({ id, connect, connection }: Host): void {
  const app = useApp();
  const isDue = connect === 'when-opened' && connection.status === 'disconnected';
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what it was when it was opened counts
  useEffect(() => {
    if (isDue) app.client.hosts.connect({ hostId: id }).catch((error) => tellCallFailed(app, error));
  }, [id]);
}

/** A host opened from the list: how it is reached, or why it isn't. */
export function HostView({ host }: { host: Host }) {
  useConnectedWhenOpened(host);
  return (
    <>
      <header className={`${blocks.head} ${styles.head}`}>
        <div className={blocks.title}>
          <HostGlyph status={host.connection.status} />
          <h1 title={host.name}>
            <bdi>{host.name}</bdi>
          </h1>
          {host.colour === null ? null : <Dot colour={host.colour} />}
          {hostMarks(host).map(({ Icon, text, means }) => (
            <span key={text} className={`${parts.chip} ${styles.mark}`} title={means}>
              <Icon size={11} aria-hidden="true" />
              {text}
            </span>
          ))}
        </div>
        <div className={blocks.actions}>
          {host.connection.status === 'connected' && !host.readOnly ? <TakeSnapshots host={host} /> : null}
          <MoreMenu name={host.name} target={{ kind: 'host', hostId: host.id }} />
          {host.connection.status === 'connected' ? <DetailsToggle /> : null}
        </div>
      </header>
      <Reached host={host} />
      <Said host={host} />
      <HostTrouble host={host} />
      {host.connection.status === 'connected' ? (
        <Fetched code={openDomainCode} waiting={null}>
          {({ HostPage }) => <HostPage key={host.id} host={host} />}
        </Fetched>
      ) : null}
    </>
  );
}

/** In a line: what answers there, and how it is reached. */
function Reached({ host: { connection } }: { host: Host }) {
  if (connection.status !== 'connected') return null;
  const { libvirtVersion, driver, hypervisorVersion, via, roundTripMs } = connection;
  const facts = [
    `libvirt ${formatVersion(libvirtVersion)}`,
    `${driver} ${formatVersion(hypervisorVersion)}`,
    via,
    formatRoundTrip(roundTripMs),
  ];
  return <p className={styles.reached}>{facts.join(' · ')}</p>;
}

/** So many domains are planned for at once. */
const mostTaken = 200;

/** Takes snapshots of all domains here, after one plan for all of them. */
function TakeSnapshots({ host }: { host: Host }) {
  const app = useApp();
  const domains = useAppState((state) => domainsOf(state, host.id).byName);
  const command = commandById('snapshot.create-each');
  if (domains.length === 0 || domains.length > mostTaken) return null;
  return (
    <Button
      onClick={() => {
        clearChosen(app.store);
        chooseDomains(app.store, domains.map(domainKey), true);
        runCommand(command, contextOf(app, null));
      }}
    >
      <Camera size={14} aria-hidden="true" />
      Take snapshots…
    </Button>
  );
}

/** What the person has said of it. */
function Said({ host: { group, note } }: { host: Host }) {
  const lines = [
    { label: 'Group', value: group },
    { label: 'Note', value: note },
  ].filter(({ value }) => value !== '');
  if (lines.length === 0) return null;
  return (
    <dl className={`${blocks.facts} ${styles.said}`}>
      {lines.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
