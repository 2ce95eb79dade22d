import type { Domain, Host, Snapshot } from '../../shared/schema.ts';
import type { TreeRow } from '../../shared/snapshot-tree.ts';
import type { FoldRow } from '../../shared/tree-drawing.ts';
import type { App, AppState } from '../store/store.ts';
import type { Shortcut } from './shortcuts.ts';

/** What a command acts on, looked up when a menu opens or a key is pressed. */
export interface CommandContext {
  app: App;
  state: AppState;
  host: Host | undefined;
  /** A group of the list, by name; an empty one is that of hosts without a group. */
  group: string | undefined;
  domain: Domain | undefined;
  /** A row of the open domain's history. */
  row: TreeRow | undefined;
  /** The row that stands for what is folded away: that is `chosen`, unless others are selected together, or `row` if it is one. */
  fold: FoldRow | undefined;
  /** Snapshots that are selected together, or that a fold hides; then they are meant, and not the row. Else none. */
  chosen: readonly Snapshot[];
}

export interface Command {
  id: string;
  group: 'Snapshot' | 'Domain' | 'Host' | 'View';
  label: (context: CommandContext) => string;
  /** Its name where what it acts on is said beside it, and there is one line for all. */
  short?: (context: CommandContext) => string;
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
  /** Where it stands in menus, if not wherever it applies. */
  inMenu?: (context: CommandContext) => boolean;
  /** Why it can't be done now, as a sentence; null when it can. */
  unavailable: (context: CommandContext) => string | null;
  run: (context: CommandContext) => void;
}

export const always = () => true;
export const available = () => null;

export function linked({ state }: CommandContext): string | null {
  return state.link === 'open' ? null : 'Snapkeel’s backend is not reachable.';
}

/** The one snapshot that is meant; none where several are. */
export function snapshotOf({ row, chosen }: CommandContext): Snapshot | undefined {
  return row?.kind === 'snapshot' && chosen.length === 0 ? row.snapshot : undefined;
}

/** All snapshots that are meant. */
export function snapshotsOf(context: CommandContext): readonly Snapshot[] {
  const one = snapshotOf(context);
  return one ? [one] : context.chosen;
}

export function onSnapshots(context: CommandContext): boolean {
  return snapshotsOf(context).length > 0;
}

/** Runs something with the snapshot that a command acts on; without one there is nothing to do. */
export function withSnapshot(run: (app: App, domain: Domain, snapshot: Snapshot, context: CommandContext) => void) {
  return (context: CommandContext): void => {
    const { app, domain } = context;
    const snapshot = snapshotOf(context);
    if (domain && snapshot) run(app, domain, snapshot, context);
  };
}

/** The same for a domain. */
export function withDomain(run: (app: App, domain: Domain, context: CommandContext) => void) {
  return (context: CommandContext): void => {
    if (context.domain) run(context.app, context.domain, context);
  };
}

export function onSnapshot(context: CommandContext): boolean {
  return snapshotOf(context) !== undefined;
}

/** True on a domain as a whole, not on a row of its history. */
export function onDomain({ domain, row, fold }: CommandContext): boolean {
  return domain !== undefined && row === undefined && fold === undefined;
}

/** On a domain, or on the row that stands for how it is now. */
export function onDomainNow(context: CommandContext): boolean {
  return context.row?.kind === 'here' || onDomain(context);
}
