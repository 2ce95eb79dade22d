import { once } from '../../shared/once.ts';
import type { Domain } from '../../shared/schema.ts';
import type { Command } from '../commands/command.ts';
import { commands } from '../commands/commands.ts';
import { contextOf, openTarget, runCommand } from '../commands/context.ts';
import { aboutNoHost } from '../commands/host-commands.ts';
import { filterSnapshots, openDomainView, openHostView, showDetails, showTab, wantFocus } from '../store/actions.ts';
import { isThere } from '../store/places.ts';
import { domainList, hostById, knownOf, openTree } from '../store/selectors.ts';
import { type App, type AppState, type DomainKey, domainKey, type Place, type Target } from '../store/store.ts';
import { type Match, matching } from './palette-match.ts';

export type PaletteGroup = 'Recent' | 'Domains' | 'Snapshots' | 'Commands';

/** Something to find. */
interface Findable {
  readonly key: string;
  readonly text: string;
  /** Where it is; looked for, too. */
  readonly note: string;
  /** More that is said of it, and looked for. */
  readonly about?: string;
  /** What it is drawn as. */
  readonly look: PaletteLook;
  readonly danger?: boolean;
  readonly shortcut?: string;
  /** Goes there or does it; `details`: and shows what is known of it. */
  readonly choose: (details: boolean) => void;
}
export type PaletteLook =
  | { readonly kind: 'domain'; readonly state: Domain['state'] }
  | { readonly kind: 'snapshot' | 'host' }
  | { readonly kind: 'command'; readonly id: string };

/** A line of the palette, and the parts of it that fit. */
export interface PaletteItem extends Findable {
  readonly group: PaletteGroup;
  readonly ranges: readonly number[];
}

/** The lines of one heading, and how many there would be. */
export interface PaletteSection {
  readonly group: PaletteGroup;
  readonly items: readonly PaletteItem[];
  readonly found: number;
}

const mostPerGroup = 30;

/** What fits, best first in each section; without a query the last places, and what can be done. */
export function paletteSections(app: App, query: string): PaletteSection[] {
  const state = app.store.getState();
  if (query.trim() === '')
    return [section('Recent', recentItems(app), null), section('Commands', commandItems(app), null)];
  const all = [
    ['Domains', domainItems(app)],
    ['Snapshots', [...openSnapshots(app), ...otherSnapshots(app, state)]],
    ['Commands', commandItems(app)],
  ] as const;
  const exact = all.map(([group, items]) => section(group, items, matches(items, query)));
  if (exact.some(({ found }) => found > 0)) return exact;
  return all.map(([group, items]) => section(group, items, matches(items, query, true)));
}

/** The line that Enter is about at first: nothing that destroys. */
export function firstChoice(sections: readonly PaletteSection[]): PaletteItem | undefined {
  return sections.flatMap(({ items }) => items).find(({ danger }) => !danger);
}

function matches(items: readonly Findable[], query: string, typos = false): readonly Match[] {
  const found = matching(
    items.map(({ text, about = '', note }) => `${text} ${about} ${note}`),
    query,
    typos,
  );
  return found.filter(({ at, ranges }) => {
    const item = items[at];
    // All snapshots of a domain are not what somebody looks for who types its name.
    return item?.look.kind !== 'snapshot' || (ranges[0] ?? 0) < item.text.length + (item.about ?? '').length + 1;
  });
}

/** @param matches null: all of them fit, as they stand */
function section(group: PaletteGroup, items: readonly Findable[], matches: readonly Match[] | null): PaletteSection {
  const found = matches ?? items.map((_, at): Match => ({ at, ranges: [] }));
  const shown = found.slice(0, mostPerGroup).flatMap(({ at, ranges }): PaletteItem[] => {
    const item = items[at];
    return item ? [{ ...item, group, ranges }] : [];
  });
  const byDanger = (a: PaletteItem, b: PaletteItem) => Number(a.danger ?? false) - Number(b.danger ?? false);
  return { group, items: shown.sort(byDanger), found: found.length };
}

/** Where one was last, but for where one is. */
function recentItems(app: App): Findable[] {
  const state = app.store.getState();
  const now = JSON.stringify(state.place);
  return state.settings.recentPlaces
    .filter((place) => JSON.stringify(place) !== now && isThere(state, place))
    .flatMap((place) => placeItem(app, state, place) ?? []);
}

function placeItem(app: App, state: AppState, place: Place): Findable | null {
  if (place.kind === 'domain') {
    const domain = state.domains.get(place.key);
    return domain ? domainItem(app, state, domain) : null;
  }
  if (place.kind !== 'host') return null;
  const { hostId } = place;
  const name = hostById(state, hostId)?.name ?? '';
  const choose = () => openHostView(app.store, hostId);
  return { key: `host ${hostId}`, text: name, note: 'host', look: { kind: 'host' }, choose };
}

/** Commands on the selected row, on its domain, and on its host. */
function commandItems(app: App): Findable[] {
  const target = openTarget(app.store.getState());
  const context = contextOf(app, target);
  const hostTarget: Target | null = context.host ? { kind: 'host', hostId: context.host.id } : null;
  const domainTarget: Target | null = target?.kind === 'row' ? { kind: 'domain', key: target.key } : target;
  const targets: Partial<Record<Command['group'], Target | null>> = { Host: hostTarget, Domain: domainTarget };
  const targetOf = ({ group }: Command) => (targets[group] === undefined ? target : targets[group]);
  return commands
    .filter(({ id }) => id !== 'view.palette')
    .flatMap((command): Findable[] => {
      const used = contextOf(app, targetOf(command));
      if (!command.applies(used) || command.unavailable(used) !== null) return [];
      const note =
        command.group === 'Host' && !aboutNoHost.has(command.id)
          ? (used.host?.name ?? '')
          : (command.group === 'Snapshot' || command.group === 'Domain') && command.id !== 'lab.reset'
            ? (used.domain?.name ?? '')
            : '';
      return [
        {
          key: command.id,
          text: command.label(used),
          note,
          look: { kind: 'command', id: command.id },
          ...(command.danger ? { danger: true } : {}),
          ...(command.shortcut ? { shortcut: command.shortcut } : {}),
          choose: () => void runCommand(command, contextOf(app, targetOf(command))),
        },
      ];
    });
}

function domainItems(app: App): Findable[] {
  const state = app.store.getState();
  return domainList(state).map((domain) => domainItem(app, state, domain));
}

function domainItem(app: App, state: AppState, domain: Domain): Findable {
  const key = domainKey(domain);
  return {
    key,
    text: domain.name,
    note: hostById(state, domain.hostId)?.name ?? '',
    look: { kind: 'domain', state: domain.state },
    choose: (details) => open(app, key, null, details),
  };
}

/** Opens a domain, with a snapshot selected, and goes on there. */
function open({ store }: App, key: DomainKey, row: string | null, details: boolean): void {
  if (row !== null) showTab(store, 'snapshots');
  filterSnapshots(store, '');
  openDomainView(store, key, row);
  if (details) showDetails(store, store.getState().selectedRow);
  wantFocus(store, key);
}

/** Of the open domain more is known than their names. */
function openSnapshots(app: App): Findable[] {
  const state = app.store.getState();
  const { history } = state;
  const known = knownOf(state);
  const domain = history && state.domains.get(history.key);
  if (!domain) return [];
  return (openTree(state)?.rows ?? []).flatMap((row): Findable[] =>
    row.kind === 'here'
      ? []
      : [
          {
            ...snapshotItem(app, state, domain, row.snapshot.name, row.key),
            about: [row.snapshot.description, ...known(row).tags].filter(Boolean).join(' · '),
          },
        ],
  );
}

/** Snapshots of the domains that are not open, as far as their names were told. */
function otherSnapshots(app: App, state: AppState): Findable[] {
  const open = state.history?.list ? state.history.key : null;
  const names = namesOf(state.snapshotNames)(state.domains);
  return names
    .filter(({ key }) => key !== open)
    .map(({ domain, name }) => snapshotItem(app, state, domain, name, name));
}

const mostNames = 200_000;
const namesOf = once((hosts: AppState['snapshotNames']) =>
  once((domains: AppState['domains']) => {
    const all: { key: DomainKey; domain: Domain; name: string }[] = [];
    for (const [hostId, { byDomain }] of hosts)
      for (const [uuid, names] of byDomain) {
        const key = domainKey({ hostId, uuid });
        const domain = domains.get(key);
        if (!domain) continue;
        for (const name of names) if (all.length < mostNames) all.push({ key, domain, name });
      }
    return all;
  }),
);

function snapshotItem(app: App, state: AppState, domain: Domain, name: string, row: string): Findable {
  const key = domainKey(domain);
  return {
    key: `row ${key} ${row}`,
    text: name,
    note: `${domain.name} · ${hostById(state, domain.hostId)?.name ?? ''}`,
    look: { kind: 'snapshot' },
    choose: (details) => open(app, key, row, details),
  };
}
