import { movedHosts } from '../../shared/host-list/order.ts';
import type { Movable } from '../../shared/schema.ts';
import { openDialog } from '../store/actions.ts';
import { openDemo, tellCallFailed } from '../store/effects.ts';
import { groupsInUse } from '../store/selectors.ts';
import { always, type Command, type CommandContext, linked } from './command.ts';

/** These are about no host in particular. */
export const aboutNoHost: ReadonlySet<string> = new Set(['host.add', 'host.add-demo', 'host.export', 'host.import']);

const onHost = ({ host, domain }: CommandContext) => host !== undefined && domain === undefined;
const onNamedGroup = ({ group }: CommandContext) => group !== undefined && group !== '';
const onList = (context: CommandContext) => onHost(context) || context.group !== undefined;

const steps = {
  up: { step: -1, end: 'first' },
  down: { step: 1, end: 'last' },
} as const;
type Way = keyof typeof steps;

function movableOf({ host, group }: CommandContext): Movable | undefined {
  if (host) return { kind: 'host', id: host.id };
  return group === undefined ? undefined : { kind: 'group', group };
}

function moveCommand(kind: Movable['kind'], way: Way): Command {
  const { step, end } = steps[way];
  return {
    id: `${kind}.move-${way}`,
    group: 'Host',
    label: () => `Move ${kind} ${way}`,
    applies: kind === 'host' ? onHost : onNamedGroup,
    unavailable: (context) => {
      const { state, host } = context;
      if (state.domainFilter.trim() !== '') return 'The filter hides its neighbours.';
      const of = host && groupsInUse(state).length > 0 ? ' of its group' : '';
      const what = movableOf(context);
      return linked(context) ?? (what && movedHosts(state.hosts, what, step) ? null : `It is the ${end}${of}.`);
    },
    run: (context) => {
      const { app } = context;
      const what = movableOf(context);
      if (what) app.client.hosts.move({ what, step }).catch((error) => tellCallFailed(app, error));
    },
  };
}

export const hostCommands: readonly Command[] = [
  {
    id: 'host.edit',
    group: 'Host',
    label: () => 'Edit host…',
    title: 'Edit the host’s name, group, colour and note…',
    applies: onHost,
    unavailable: linked,
    run: ({ app, host }) => {
      if (host) openDialog(app.store, { kind: 'edit-host', hostId: host.id });
    },
  },
  moveCommand('host', 'up'),
  moveCommand('host', 'down'),
  {
    id: 'group.rename',
    group: 'Host',
    label: () => 'Rename group…',
    applies: onNamedGroup,
    unavailable: linked,
    run: ({ app, group }) => {
      if (group) openDialog(app.store, { kind: 'rename-group', group });
    },
  },
  moveCommand('group', 'up'),
  moveCommand('group', 'down'),
];

/** Adds the simulated host; where it is in the list, opens it. */
export const demoCommand: Command = {
  id: 'host.add-demo',
  group: 'Host',
  label: () => 'Open the demo',
  applies: always,
  unavailable: linked,
  run: ({ app }) => openDemo(app),
};

export const hostFileCommands: readonly Command[] = [
  {
    id: 'host.export',
    group: 'Host',
    label: () => 'Export hosts…',
    applies: always,
    inMenu: onList,
    unavailable: (context) =>
      linked(context) ??
      (context.state.hosts.some(({ kind }) => kind !== 'simulated') ? null : 'There are no hosts to export.'),
    run: ({ app }) => openDialog(app.store, { kind: 'export-hosts' }),
  },
  {
    id: 'host.import',
    group: 'Host',
    label: () => 'Import hosts…',
    applies: always,
    inMenu: onList,
    unavailable: linked,
    run: ({ app }) => openDialog(app.store, { kind: 'import-hosts' }),
  },
];
