import { type Movable, movedHosts } from '../../shared/host-list/order.ts';
import { arrangeHosts, openDialog } from '../store/actions.ts';
import { tellCallFailed } from '../store/effects.ts';
import { groupsInUse } from '../store/selectors.ts';
import type { App } from '../store/store.ts';
import { always, type Command, type CommandContext, linked } from './command.ts';

/** These are about no host in particular. */
export const aboutNoHost: ReadonlySet<string> = new Set(['host.add', 'host.export', 'host.import']);

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

function movedIds(context: CommandContext, way: Way): string[] | null {
  const what = movableOf(context);
  return what ? movedHosts(context.state.hosts, what, steps[way].step) : null;
}

/** Shows the new order at once; where it can't be kept, the old one is back. */
function move(app: App, hostIds: readonly string[]): void {
  const before = app.store.getState().hosts.map(({ id }) => id);
  arrangeHosts(app.store, hostIds);
  app.client.hosts.arrange({ hostIds: [...hostIds] }).catch((error) => {
    arrangeHosts(app.store, before);
    tellCallFailed(app, error);
  });
}

function moveCommand(kind: Movable['kind'], way: Way): Command {
  const { end } = steps[way];
  return {
    id: `${kind}.move-${way}`,
    group: 'Host',
    label: () => `Move ${kind} ${way}`,
    applies: kind === 'host' ? onHost : onNamedGroup,
    unavailable: (context) => {
      const { state, host } = context;
      if (state.domainFilter.trim() !== '') return 'The filter hides what it would move past.';
      const of = host && groupsInUse(state).length > 0 ? ' of its group' : '';
      return linked(context) ?? (movedIds(context, way) ? null : `It is the ${end}${of}.`);
    },
    run: (context) => {
      const ids = movedIds(context, way);
      if (ids) move(context.app, ids);
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
