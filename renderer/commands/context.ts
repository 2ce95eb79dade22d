import type { FoldRow } from '../../shared/tree-drawing.ts';
import { chosenSnapshots, drawnTree, hostById, hostIdOf, openTree } from '../store/selectors.ts';
import type { App, AppState, Target } from '../store/store.ts';
import type { Command, CommandContext } from './command.ts';
import { commands } from './commands.ts';

/** What a command acts on when it's chosen for this target. */
export function contextOf(app: App, target: Target | null): CommandContext {
  const state = app.store.getState();
  const nothing = { app, state, host: undefined, group: undefined, domain: undefined, row: undefined };
  const whole = { ...nothing, fold: undefined, chosen: [] };
  if (!target) return whole;
  if (target.kind === 'host') return { ...whole, host: hostById(state, target.hostId) };
  if (target.kind === 'group') return { ...whole, group: target.group };
  const domain = state.domains.get(target.key);
  const host = hostById(state, hostIdOf(target.key));
  if (target.kind === 'domain' || state.history?.key !== target.key) return { ...whole, host, domain };
  const own = openTree(state)?.byKey.get(target.row);
  const fold = own ? undefined : foldOf(state, target.row);
  const hidden = fold?.hidden ?? [];
  const row = hidden.length === 1 ? hidden[0] : own;
  const several = target.alone ? [] : chosenSnapshots(state);
  const chosen = several.length > 0 || row ? several : hidden.map(({ snapshot }) => snapshot);
  return { ...nothing, host, domain, row, fold, chosen };
}

function foldOf(state: AppState, key: string): FoldRow | undefined {
  const row = drawnTree(state)?.rows.find((each) => each.key === key);
  return row?.kind === 'fold' ? row : undefined;
}

/** What the keyboard and the palette act on: the selected row, or else the open domain or host. */
export function openTarget(state: AppState): Target | null {
  const { place, selectedRow } = state;
  if (!place || place.kind === 'connect' || place.kind === 'activity') return null;
  if (place.kind === 'host') return { kind: 'host', hostId: place.hostId };
  return selectedRow === null ? { kind: 'domain', key: place.key } : { kind: 'row', key: place.key, row: selectedRow };
}

export function commandById(id: string): Command {
  const command = commands.find((it) => it.id === id);
  if (!command) throw new Error(`There is no command ${id}.`);
  return command;
}

/** Runs a command if it applies and is available; returns whether it was. */
export function runCommand(command: Command, context: CommandContext): boolean {
  if (!command.applies(context) || command.unavailable(context) !== null) return false;
  command.run(context);
  return true;
}

const rowReverts: ReadonlySet<string> = new Set(['revert.snapshot', 'revert.current']);

/** The revert that the selected row, or the domain without one, stands for. */
export function revertCommand(context: CommandContext): Command | undefined {
  return commands.find(({ id, applies }) => rowReverts.has(id) && applies(context));
}
