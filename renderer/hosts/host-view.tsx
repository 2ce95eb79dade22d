import { Menu } from '@base-ui/react/menu';
import { Ellipsis } from 'lucide-react';
import { formatCount } from '../../shared/format.ts';
import type { Host } from '../../shared/schema.ts';
import { CommandItems } from '../commands/command-items.tsx';
import { domainCounts } from '../store/selectors.ts';
import blocks from '../ui/blocks.module.css';
import buttons from '../ui/button.module.css';
import { useAppState } from '../ui/context.tsx';
import { HostGlyph } from '../ui/glyphs.tsx';
import menus from '../ui/menu.module.css';
import parts from '../ui/parts.module.css';
import { hostFacts } from './host-meta.ts';
import { HostTrouble } from './host-trouble.tsx';
import styles from './hosts.module.css';

/** A host opened from the list: how it is reached, or why it isn't. */
export function HostView({ host }: { host: Host }) {
  const count = useAppState((state) => domainCounts(state, host.id).all);
  return (
    <>
      <header className={`${blocks.head} ${styles.head}`}>
        <div className={blocks.title}>
          <HostGlyph status={host.connection.status} />
          <h1 title={host.name}>
            <bdi>{host.name}</bdi>
          </h1>
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
      <HostTrouble host={host} />
      {host.connection.status === 'connected' ? (
        <div className={styles.body}>
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
