import { formatSnapshots } from '../../shared/format.ts';
import type { Domain } from '../../shared/schema.ts';
import { hereKey } from '../../shared/snapshot-tree.ts';
import { askRevert } from '../operations/revert/ask.ts';
import {
  areDetailsShown,
  changeSettings,
  chooseRows,
  openActivity,
  openDialog,
  pushNotice,
  showDetails,
  showTab,
  toggleInspector,
  turnFold,
} from '../store/actions.ts';
import { copyText, focusField, tellCallFailed } from '../store/effects.ts';
import { openTree, revertUnavailable, undoUnavailable } from '../store/selectors.ts';
import type { Theme } from '../store/settings.ts';
import { type AppState, domainKey } from '../store/store.ts';
import { batchCommands, chooseCommand } from './batch-commands.ts';
import {
  always,
  available,
  type Command,
  type CommandContext,
  linked,
  onDomain,
  onSnapshots,
  snapshotOf,
  snapshotsOf,
} from './command.ts';
import { compareCommand, compareTwoCommand } from './compare-command.ts';
import { consoleCommand } from './console-command.ts';
import { createCommand } from './create-command.ts';
import { deleteCommand } from './delete-command.ts';
import { healthCommand } from './health-command.ts';
import { demoCommand, hostCommands, hostFileCommands } from './host-commands.ts';
import { pinCommand, protectCommand, tagCommand } from './mark-commands.ts';
import { editCommand, exportCommand, importCommand, makeCurrentCommand } from './metadata-commands.ts';
import { placeCommands } from './place-commands.ts';
import { powerCommands } from './power-commands.ts';
import { refreshCommand } from './refresh-command.ts';

/** True where going back means the current snapshot: on its row, on the one below it, and on the domain as a whole. */
function meansCurrent({ row, domain, state, chosen }: CommandContext): boolean {
  if (!domain || chosen.length > 0) return false;
  if (row) return row.kind === 'here' ? row.base !== null : row.current;
  if (!isOpen(state, domain)) return domain.snapshotCount !== 0;
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

/** A row of the history whose details can be shown. */
function onRow({ row, chosen }: CommandContext): boolean {
  return row !== undefined && chosen.length === 0;
}

const all: readonly Command[] = [
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
      askRevert(app, { hostId, uuid, domainName: domain.name, aim: { kind: 'named', name: snapshot.name } });
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
    inMenu: ({ row }) => row?.kind !== 'snapshot',
    unavailable: revertRefused,
    run: ({ app, domain }) => {
      if (!domain) return;
      const { hostId, uuid } = domain;
      askRevert(app, { hostId, uuid, domainName: domain.name, aim: { kind: 'current' } });
    },
  },
  createCommand,
  {
    id: 'revert.undo',
    group: 'Domain',
    label: () => 'Undo the last revert…',
    shortcut: 'Mod+Z',
    scope: 'history',
    danger: true,
    applies: ({ domain }) => domain !== undefined,
    inMenu: ({ row, fold }) => row?.kind !== 'snapshot' && fold === undefined,
    unavailable: ({ state, domain }) => (domain ? undoUnavailable(state, domainKey(domain)) : 'No domain is open.'),
    run: ({ app, domain }) => {
      if (!domain) return;
      const { hostId, uuid } = domain;
      askRevert(app, { hostId, uuid, domainName: domain.name, aim: { kind: 'undo' } });
    },
  },
  deleteCommand,
  {
    id: 'snapshot.details',
    group: 'Snapshot',
    label: () => 'Show details',
    title: 'Show the details of the selected snapshot',
    applies: onRow,
    unavailable: available,
    run: ({ app, row }) => {
      if (row) showDetails(app.store, row.key);
    },
  },
  {
    id: 'snapshot.unfold',
    group: 'Snapshot',
    label: ({ fold }) => `Unfold ${formatSnapshots(fold?.hidden.length ?? 0)}`,
    applies: ({ fold }) => fold !== undefined,
    unavailable: available,
    run: ({ app, fold }) => {
      if (fold) turnFold(app.store, fold.key);
    },
  },
  ...batchCommands,
  pinCommand,
  tagCommand,
  editCommand,
  makeCurrentCommand,
  compareCommand,
  compareTwoCommand,
  {
    id: 'snapshot.copy-name',
    group: 'Snapshot',
    label: ({ chosen }) => (chosen.length > 0 ? `Copy ${chosen.length} snapshot names` : 'Copy snapshot name'),
    applies: onSnapshots,
    unavailable: available,
    run: (context) =>
      void copyText(
        context.app,
        snapshotsOf(context)
          .map(({ name }) => name)
          .join('\n'),
      ),
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
  ...powerCommands,
  consoleCommand,
  protectCommand,
  chooseCommand,
  exportCommand,
  importCommand,
  {
    id: 'domain.copy-name',
    group: 'Domain',
    label: () => 'Copy domain name',
    applies: onDomain,
    unavailable: available,
    run: ({ app, domain }) => void copyText(app, domain?.name ?? ''),
  },
  {
    id: 'domain.copy-uuid',
    group: 'Domain',
    label: () => 'Copy UUID',
    applies: onDomain,
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
  ...hostCommands,
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
  demoCommand,
  ...hostFileCommands,
  ...placeCommands,
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
    run: ({ app }) => {
      showTab(app.store, 'snapshots');
      // What can be done with several lies over the field.
      chooseRows(app.store, []);
      // The field may have to be drawn first.
      setTimeout(() => focusField('snapshot-filter'));
    },
  },
  {
    id: 'view.filter-domains',
    group: 'View',
    label: () => 'Filter hosts and domains',
    shortcut: 'Mod+Shift+F',
    applies: always,
    unavailable: available,
    run: () => focusField('domain-filter'),
  },
  {
    id: 'view.inspector',
    group: 'View',
    label: ({ state }) => (areDetailsShown(state) ? 'Hide details' : 'Show details'),
    title: 'Show or hide details',
    shortcut: 'Mod+I',
    applies: always,
    unavailable: available,
    run: ({ app }) => toggleInspector(app.store),
  },
  {
    id: 'view.history',
    group: 'View',
    label: ({ state }) => (state.domainTab === 'activity' ? 'Show the snapshots' : 'Activity of this domain'),
    title: 'Show the snapshots or the activity of the domain',
    shortcut: 'Mod+J',
    applies: ({ state }) => state.place?.kind === 'domain',
    unavailable: available,
    run: ({ app, state }) => showTab(app.store, state.domainTab === 'activity' ? 'snapshots' : 'activity'),
  },
  {
    id: 'view.activity',
    group: 'View',
    label: () => 'Activity',
    title: 'Activity of all hosts',
    applies: always,
    unavailable: available,
    run: ({ app }) => openActivity(app.store),
  },
  healthCommand,
  refreshCommand,
  themeCommand('system', 'Theme: as the system'),
  themeCommand('light', 'Theme: light'),
  themeCommand('dark', 'Theme: dark'),
  {
    id: 'app.settings',
    group: 'View',
    label: () => 'Settings…',
    shortcut: 'Mod+,',
    applies: always,
    unavailable: linked,
    run: ({ app }) => openDialog(app.store, { kind: 'settings' }),
  },
  {
    id: 'app.diagnostics',
    group: 'View',
    label: () => 'Copy diagnostics',
    applies: always,
    unavailable: linked,
    run: ({ app }) =>
      void app.client
        .diagnostics()
        .then(async (text) => {
          const lines = ['They contain names of hosts and users. Read them before you share them.'];
          if (await copyText(app, text)) pushNotice(app.store, { tone: 'done', title: 'Diagnostics copied', lines });
        })
        .catch((error) => tellCallFailed(app, error)),
  },
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

/** What changes something on a host, or takes a connection that may. */
const changes: ReadonlySet<string> = new Set([
  ...['revert.snapshot', 'revert.current', 'revert.undo', 'domain.console'],
  ...['create', 'delete', 'edit', 'make-current'].map((id) => `snapshot.${id}`),
  'domain.import-snapshots',
  ...powerCommands.map(({ id }) => id),
]);

/**
 * Every command, once. Menus, context menus, the keyboard and the palette all read this table, in this order. On a host that
 * is read-only there is none that changes something.
 */
export const commands: readonly Command[] = all.map((command) =>
  changes.has(command.id)
    ? { ...command, applies: (context) => !context.host?.readOnly && command.applies(context) }
    : command,
);
