import { formatCount, stateLabel } from '../../shared/format.ts';
import { always, type Command, type CommandContext } from './command.ts';
import { commands } from './commands.ts';
import { revertCommand } from './context.ts';

/** The parts of every menu, by the ids of commands: how things are asked for first, what destroys last. */
const parts: readonly (readonly string[])[] = [
  [
    'snapshot.unfold',
    'snapshot.details',
    'snapshot.compare',
    'snapshot.compare-two',
    'snapshot.edit',
    'snapshot.tag',
    'snapshot.pin',
  ],
  ['domain.start', 'domain.resume', 'domain.console', 'domain.suspend', 'domain.shutdown'],
  ['host.connect', 'host.disconnect', 'host.edit', 'group.rename'],
  ['host.move-up', 'host.move-down', 'group.move-up', 'group.move-down'],
  [
    ...['snapshot.create', 'domain.choose', 'snapshot.create-each', 'snapshot.make-current'],
    ...['domain.export-snapshots', 'domain.import-snapshots', 'domain.protect', 'view.inspector'],
  ],
  ['snapshot.copy-name', 'snapshot.copy-xml', 'domain.copy-name', 'domain.copy-uuid', 'host.copy-uri'],
  // Whatever is in no part.
  [],
  ['host.export', 'host.import'],
  [
    ...['domain.reset', 'domain.destroy'],
    ...['lab.reset', 'revert.undo', 'revert.snapshot', 'revert.current', 'snapshot.delete', 'host.remove'],
  ],
];
const rest = parts.findIndex((ids) => ids.length === 0);
const last = parts.length - 1;

const actingGroups: ReadonlySet<Command['group']> = new Set(['Snapshot', 'Domain', 'Host']);
const inNoMenu: ReadonlySet<string> = new Set(['host.add', 'host.add-demo']);
const reverts: ReadonlySet<string> = new Set(['revert.snapshot', 'revert.current']);

/** A command of a menu, and what it acts on. */
export interface MenuEntry {
  readonly command: Command;
  readonly context: CommandContext;
}

/**
 * The parts of a menu on a target, without those that are empty.
 * @param selected in the menu of an open domain: the row that its revert is about, and whether to offer the details
 */
export function menuOf(context: CommandContext, selected?: CommandContext): MenuEntry[][] {
  const onTarget = commands
    .filter(({ id, group, applies, inMenu = always }) => {
      if (selected && (id === 'view.inspector' || reverts.has(id))) return id === 'view.inspector';
      return actingGroups.has(group) && !inNoMenu.has(id) && applies(context) && inMenu(context);
    })
    .map((command) => ({ command, context }));
  const revert = selected && revertCommand(selected);
  const entries = revert ? [...onTarget, { command: revert, context: selected }] : onTarget;
  const made = parts.map((): MenuEntry[] => []);
  for (const entry of entries) made[placeOf(entry.command).part]?.push(entry);
  for (const part of made) part.sort((a, b) => placeOf(a.command).at - placeOf(b.command).at);
  return made.filter((part) => part.length > 0);
}

function placeOf({ id, danger }: Command): { part: number; at: number } {
  const part = parts.findIndex((ids) => ids.includes(id));
  if (part >= 0) return { part, at: parts[part]?.indexOf(id) ?? 0 };
  return { part: danger ? last : rest, at: 0 };
}

/** What a menu is about, for its heading: `pg17-trial`, `of db-primary on kvm-prod-a`. */
export function targetWords(context: CommandContext): { name: string; about: string } {
  const { host, group, domain, row, chosen, state } = context;
  const on = host ? ` on ${host.name}` : '';
  if (domain && chosen.length > 0)
    return { name: formatCount(chosen.length, 'snapshot'), about: `of ${domain.name}${on}` };
  if (domain && row)
    return { name: row.kind === 'snapshot' ? row.snapshot.name : 'You are here', about: `of ${domain.name}${on}` };
  if (domain) return { name: domain.name, about: `${on.trim()}, ${stateLabel(domain.state)}` };
  if (host) return { name: host.name, about: host.connection.status };
  const hosts = state.hosts.filter((each) => each.group === group).length;
  return { name: group || 'Ungrouped', about: formatCount(hosts, 'host') };
}
