import type { Domain, Host } from '../../shared/schema.ts';
import { hereKey, type TreeRow } from '../../shared/snapshot-tree.ts';
import { askRevert } from '../dialogs/revert/run.ts';
import { changeSettings, openDialog, toggleInspector } from '../store/actions.ts';
import { openTree, revertUnavailable } from '../store/selectors.ts';
import type { Theme } from '../store/settings.ts';
import { type App, type AppState, domainKey } from '../store/store.ts';
import { copyText, focusField, tellCallFailed } from './effects.ts';
import type { Shortcut } from './shortcuts.ts';

/** What a command acts on, looked up when a menu opens or a key is pressed. */
export interface CommandContext {
  app: App;
  state: AppState;
  host: Host | undefined;
  domain: Domain | undefined;
  /** A row of the open domain's history. */
  row: TreeRow | undefined;
}

export interface Command {
  id: string;
  group: 'Snapshot' | 'Domain' | 'Host' | 'View';
  label: (context: CommandContext) => string;
  /** Its name in the list of shortcuts, where there's nothing to act on. */
  title?: string;
  shortcut?: Shortcut;
  /** Works too; menus show only `shortcut`. */
  alsoShortcut?: Shortcut;
  /** Where the shortcut works: anywhere, or only on a row of the history. */
  scope?: 'history';
  /** Opens the way to something that destroys. */
  danger?: boolean;
  applies: (context: CommandContext) => boolean;
  /** Why it can't be done now, as a sentence; null when it can. */
  unavailable: (context: CommandContext) => string | null;
  run: (context: CommandContext) => void;
}

const always = () => true;
const available = () => null;
const linked = ({ state }: CommandContext) => (state.link === 'open' ? null : 'Snapkeel’s backend is not reachable.');
const snapshotOf = ({ row }: CommandContext) => (row?.kind === 'snapshot' ? row.snapshot : undefined);

/** True where going back means the current snapshot: on its row, on the one below it, and on the domain as a whole. */
function meansCurrent({ row, domain, state }: CommandContext): boolean {
  if (!domain) return false;
  if (row) return row.kind === 'here' ? row.base !== null : row.current;
  if (!isOpen(state, domain)) return domain.snapshotCount > 0;
  const here = openTree(state)?.byKey.get(hereKey);
  return here?.kind === 'here' && here.base !== null;
}

function isOpen(state: AppState, domain: Domain): boolean {
  return state.place?.kind === 'domain' && state.place.key === domainKey(domain);
}

function revertRefused({ state, domain }: CommandContext): string | null {
  return domain ? revertUnavailable(state, domainKey(domain)) : 'No domain is open.';
}

function themeCommand(theme: Theme, label: string): Command {
  return {
    id: `view.theme.${theme}`,
    group: 'View',
    label: () => label,
    applies: ({ state }) => state.settings.theme !== theme,
    unavailable: available,
    run: ({ app }) => changeSettings(app.store, { theme }),
  };
}

/** Every command, once. Menus, context menus, the keyboard and the palette all read this table, in this order. */
export const commands: readonly Command[] = [
  {
    id: 'revert.snapshot',
    group: 'Snapshot',
    label: (context) => `Revert to “${snapshotOf(context)?.name ?? ''}”…`,
    title: 'Revert to the selected snapshot…',
    shortcut: 'Enter',
    scope: 'history',
    danger: true,
    applies: (context) => snapshotOf(context) !== undefined,
    unavailable: revertRefused,
    run: (context) => {
      const { app, domain } = context;
      const snapshot = snapshotOf(context);
      if (!domain || !snapshot) return;
      const { hostId, uuid } = domain;
      askRevert(app, { hostId, uuid, domainName: domain.name, target: { kind: 'named', name: snapshot.name } });
    },
  },
  {
    id: 'revert.current',
    group: 'Snapshot',
    label: () => 'Revert to current snapshot…',
    alsoShortcut: 'Enter',
    scope: 'history',
    danger: true,
    applies: meansCurrent,
    unavailable: revertRefused,
    run: ({ app, domain }) => {
      if (!domain) return;
      const { hostId, uuid } = domain;
      askRevert(app, { hostId, uuid, domainName: domain.name, target: { kind: 'current' } });
    },
  },
  {
    id: 'snapshot.copy-name',
    group: 'Snapshot',
    label: () => 'Copy snapshot name',
    applies: (context) => snapshotOf(context) !== undefined,
    unavailable: available,
    run: (context) => void copyText(context.app, snapshotOf(context)?.name ?? ''),
  },
  {
    id: 'snapshot.copy-xml',
    group: 'Snapshot',
    label: () => 'Copy snapshot XML',
    applies: (context) => snapshotOf(context) !== undefined,
    unavailable: linked,
    run: (context) => {
      const { app, domain } = context;
      const name = snapshotOf(context)?.name;
      if (!domain || name === undefined) return;
      app.client.snapshots
        .detail({ hostId: domain.hostId, uuid: domain.uuid, name })
        .then(({ xml }) => copyText(app, xml))
        .catch((error) => tellCallFailed(app, error));
    },
  },
  {
    id: 'domain.copy-name',
    group: 'Domain',
    label: () => 'Copy domain name',
    applies: ({ domain, row }) => domain !== undefined && row === undefined,
    unavailable: available,
    run: ({ app, domain }) => void copyText(app, domain?.name ?? ''),
  },
  {
    id: 'domain.copy-uuid',
    group: 'Domain',
    label: () => 'Copy UUID',
    applies: ({ domain, row }) => domain !== undefined && row === undefined,
    unavailable: available,
    run: ({ app, domain }) => void copyText(app, domain?.uuid ?? ''),
  },
  {
    id: 'host.connect',
    group: 'Host',
    label: ({ host }) => (host?.connection.status === 'disconnected' ? 'Connect' : 'Reconnect now'),
    title: 'Connect or reconnect the host',
    applies: ({ host, domain }) => host !== undefined && domain === undefined,
    unavailable: linked,
    run: ({ app, host }) => {
      if (host) app.client.hosts.connect({ hostId: host.id }).catch((error) => tellCallFailed(app, error));
    },
  },
  {
    id: 'host.disconnect',
    group: 'Host',
    label: () => 'Disconnect',
    applies: ({ host, domain }) => host !== undefined && domain === undefined,
    unavailable: (context) =>
      linked(context) ?? (context.host?.connection.status === 'disconnected' ? 'It is disconnected.' : null),
    run: ({ app, host }) => {
      if (host) app.client.hosts.disconnect({ hostId: host.id }).catch((error) => tellCallFailed(app, error));
    },
  },
  {
    id: 'host.copy-uri',
    group: 'Host',
    label: () => 'Copy connection URI',
    applies: ({ host, domain }) => host !== undefined && domain === undefined,
    unavailable: available,
    run: ({ app, host }) => void copyText(app, host?.uri ?? ''),
  },
  {
    id: 'host.remove',
    group: 'Host',
    label: () => 'Remove host…',
    applies: ({ host, domain }) => host !== undefined && domain === undefined,
    unavailable: linked,
    run: ({ app, host }) => {
      if (host) openDialog(app.store, { kind: 'remove-host', hostId: host.id });
    },
  },
  {
    id: 'host.add',
    group: 'Host',
    label: () => 'Add host…',
    applies: always,
    unavailable: linked,
    run: ({ app }) => openDialog(app.store, { kind: 'add-host' }),
  },
  {
    id: 'view.palette',
    group: 'View',
    label: () => 'Find a domain, snapshot or command',
    shortcut: 'Mod+K',
    applies: always,
    unavailable: available,
    run: ({ app }) => openDialog(app.store, { kind: 'palette' }),
  },
  {
    id: 'view.filter-snapshots',
    group: 'View',
    label: () => 'Filter snapshots',
    shortcut: 'Mod+F',
    applies: ({ state }) => state.place?.kind === 'domain',
    unavailable: available,
    run: () => focusField('snapshot-filter'),
  },
  {
    id: 'view.filter-domains',
    group: 'View',
    label: () => 'Filter domains',
    shortcut: 'Mod+Shift+F',
    applies: always,
    unavailable: available,
    run: () => focusField('domain-filter'),
  },
  {
    id: 'view.inspector',
    group: 'View',
    label: ({ state }) => (state.settings.inspectorOpen ? 'Hide details' : 'Show details'),
    title: 'Show or hide details',
    shortcut: 'Mod+I',
    applies: always,
    unavailable: available,
    run: ({ app }) => toggleInspector(app.store),
  },
  themeCommand('system', 'Theme: as the system'),
  themeCommand('light', 'Theme: light'),
  themeCommand('dark', 'Theme: dark'),
  {
    id: 'view.shortcuts',
    group: 'View',
    label: () => 'Keyboard shortcuts',
    shortcut: 'F1',
    alsoShortcut: '?',
    applies: always,
    unavailable: available,
    run: ({ app }) => openDialog(app.store, { kind: 'shortcuts' }),
  },
];
