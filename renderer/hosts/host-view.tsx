import { Menu } from '@base-ui/react/menu';
import { Ellipsis } from 'lucide-react';
import { useEffect } from 'react';
import { formatCount } from '../../shared/format.ts';
import type { Host } from '../../shared/schema.ts';
import { CommandItems } from '../commands/command-items.tsx';
import { tellCallFailed } from '../store/effects.ts';
import { domainsOf } from '../store/selectors.ts';
import blocks from '../ui/blocks.module.css';
import buttons from '../ui/button.module.css';
import { useApp, useAppState } from '../ui/context.tsx';
import { HostGlyph } from '../ui/glyphs.tsx';
import menus from '../ui/menu.module.css';
import parts from '../ui/parts.module.css';
import { Dot } from '../ui/tint.tsx';
import { hostMarks } from './host-marks.ts';
import { hostFacts } from './host-meta.ts';
import { HostTrouble } from './host-trouble.tsx';
import styles from './hosts.module.css';
import { Unencrypted } from './unencrypted.tsx';

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
  const count = useAppState((state) => domainsOf(state, host.id).byName.length);
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
          <Menu.Root modal={false}>
            <Menu.Trigger className={buttons.button} data-look="icon" aria-label={`More for ${host.name}`}>
              <Ellipsis size={15} aria-hidden="true" />
            </Menu.Trigger>
            <Menu.Portal>
              <Menu.Positioner className={menus.place} sideOffset={4} align="end">
                <Menu.Popup className={menus.menu}>
                  <CommandItems target={{ kind: 'host', hostId: host.id }} />
                </Menu.Popup>
              </Menu.Positioner>
            </Menu.Portal>
          </Menu.Root>
        </div>
      </header>
      <Said host={host} />
      <HostTrouble host={host} />
      {host.connection.status === 'connected' ? (
        <div className={styles.body}>
          <Unencrypted uri={host.uri} />
          <dl className={blocks.facts}>
            {hostFacts(host).map(({ label, value }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
            <div>
              <dt>Domains</dt>
              <dd>{count === 0 ? 'none' : formatCount(count, 'domain')}</dd>
            </div>
          </dl>
          {count === 0 ? (
            <p className={parts.dim}>libvirt has no domains here. One that is defined later appears by itself.</p>
          ) : (
            <p className={parts.dim}>Open a domain in the list to see its snapshots.</p>
          )}
        </div>
      ) : null}
    </>
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
