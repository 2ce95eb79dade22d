import { FlaskConical, LoaderCircle, type LucideIcon, Plus, Server } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { Host } from '../../../shared/schema.ts';
import { commandById, contextOf, runCommand } from '../../commands/context.ts';
import { openConnectView, openHostView } from '../../store/actions.ts';
import { openDemo, tellCallFailed } from '../../store/effects.ts';
import type { App } from '../../store/store.ts';
import { Button } from '../../ui/button.tsx';
import { useApp, useAppState } from '../../ui/context.tsx';
import parts from '../../ui/parts.module.css';
import { useAsked, useLinked } from '../../ui/use-asked.ts';
import { connectingNow } from '../connect-words.ts';
import styles from './connect.module.css';
import { type FoundGroup, type FoundHost, foundGroups } from './found.ts';

/** What can be connected to: what this computer knows of, another host, or the demo. */
export function ConnectView() {
  const app = useApp();
  const { client } = app;
  const linked = useLinked();
  const hosts = useAppState((state) => state.hosts);
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const asked = useAsked({
    subject: 'sources',
    when: linked,
    ask: (signal) => client.hosts.sources(undefined, { signal }),
  });
  const sources = asked.status === 'ready' ? asked.value : null;
  const groups = useMemo(() => foundGroups(sources ?? [], hosts, opened), [sources, hosts, opened]);
  const body = useRef<HTMLDivElement>(null);
  const found = groups.length > 0;
  // The first way on has the focus, unless that is somewhere already.
  useEffect(() => {
    if (found && document.activeElement === document.body) body.current?.querySelector('button')?.focus();
  }, [found]);
  return (
    <div className={styles.page}>
      <div className={styles.body} ref={body}>
        <h1>Connect to your domains</h1>
        <p className={parts.dim}>
          Snapkeel talks to libvirt, on this computer or over SSH. It installs nothing on a host.
        </p>
        {asked.status === 'loading' ? (
          <p className={styles.waiting} role="status">
            <LoaderCircle size={14} className={parts.spin} aria-hidden="true" />
            Looking for hosts that this computer knows of
          </p>
        ) : null}
        {asked.status === 'failed' ? (
          <p className={styles.waiting} role="alert">
            {asked.problem.what} {asked.problem.next}
          </p>
        ) : null}
        {groups.map((group) => (
          <Group key={group.key} group={group} onMore={() => setOpened(new Set([...opened, group.key]))} />
        ))}
        <SomethingElse />
      </div>
    </div>
  );
}

function Group({ group, onMore }: { group: FoundGroup; onMore: () => void }) {
  const { title, said, rows, none, more, problem } = group;
  return (
    <section aria-label={title}>
      <h2>
        <bdi>{title}</bdi>
        {said ? <small>{said}</small> : null}
      </h2>
      {problem ? <p className={styles.problem}>{problem}</p> : null}
      <ul className={styles.rows}>
        {none ? (
          <li className={styles.row}>
            <span className={parts.dim}>{none}</span>
          </li>
        ) : null}
        {rows.map((row) => (
          <Found key={row.uri} row={row} />
        ))}
        {more > 0 ? (
          <li className={styles.row}>
            <button type="button" className={`${parts.link} ${styles.more}`} onClick={onMore}>
              Show {more} more
            </button>
          </li>
        ) : null}
      </ul>
    </section>
  );
}

function Found({ row }: { row: FoundHost }) {
  const app = useApp();
  const { host, unusable } = row;
  const { status, said, bad = false } = statusOf(row);
  return (
    <Row icon={Server} title={row.name} about={row.about}>
      <span className={styles.status} data-bad={bad || undefined} role="status">
        {status === 'connecting' ? <LoaderCircle size={13} className={parts.spin} aria-hidden="true" /> : null}
        {said}
      </span>
      {status === 'connecting' && host ? (
        <Button
          aria-label={`Cancel connecting to ${row.name}`}
          onClick={() => app.client.hosts.disconnect({ hostId: host.id }).catch((error) => tellCallFailed(app, error))}
        >
          Cancel
        </Button>
      ) : status === 'connected' && host ? (
        <Button aria-label={`Open ${row.name}`} onClick={() => openHostView(app.store, host.id)}>
          Open
        </Button>
      ) : (
        <Button
          disabled={unusable !== null}
          tip={unusable}
          aria-label={`Connect to ${row.name}`}
          onClick={() => connect(app, row)}
        >
          {bad ? 'Try again' : 'Connect'}
        </Button>
      )}
    </Row>
  );
}

interface RowStatus {
  readonly status: Host['connection']['status'] | 'found';
  readonly said: string | null;
  readonly bad?: boolean;
}

function statusOf({ host }: FoundHost): RowStatus {
  if (!host) return { status: 'found', said: null };
  const { connection } = host;
  const { status } = connection;
  if (status === 'connecting') return { status, said: connectingNow(host) };
  if (status === 'connected') return { status, said: 'Connected' };
  return 'problem' in connection ? { status, said: connection.problem.what, bad: true } : { status, said: null };
}

/** The page stays as it is: what comes of it is told in the row. */
function connect({ client, store }: App, { uri, host }: FoundHost): void {
  openConnectView(store);
  const asked = host ? client.hosts.connect({ hostId: host.id }) : client.hosts.add({ uri });
  asked.catch((error: unknown) => tellCallFailed({ client, store }, error));
}

function SomethingElse() {
  const app = useApp();
  const hasDemo = useAppState((state) => state.hosts.some(({ kind }) => kind === 'simulated'));
  return (
    <section aria-label="Something else">
      <h2>Something else</h2>
      <ul className={styles.rows}>
        <Row icon={Plus} title="Another host" about="An address or a libvirt URI: SSH, TLS or a socket">
          <Button onClick={() => runCommand(commandById('host.add'), contextOf(app, null))}>Add host…</Button>
        </Row>
        <Row
          icon={FlaskConical}
          title="The demo"
          about={
            hasDemo
              ? 'Simulated domains; nothing real changes. It is in the list.'
              : 'Simulated domains; nothing real changes. Open it again later with +.'
          }
        >
          <Button onClick={() => openDemo(app)}>Open demo</Button>
        </Row>
      </ul>
    </section>
  );
}

interface RowProps {
  icon: LucideIcon;
  title: string;
  about: string;
  children: ReactNode;
}

function Row({ icon: Icon, title, about, children }: RowProps) {
  return (
    <li className={styles.row}>
      <Icon size={16} aria-hidden="true" />
      <span className={styles.text}>
        <bdi className={styles.title}>{title}</bdi>
        <bdi className={styles.about}>{about}</bdi>
      </span>
      {children}
    </li>
  );
}
