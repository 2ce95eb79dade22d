import type { Command } from '../commands/command.ts';
import { commands } from '../commands/commands.ts';
import { contextOf, openTarget, runCommand } from '../commands/context.ts';
import { aboutNoHost } from '../commands/host-commands.ts';
import { filterSnapshots, openDomainView, selectRow } from '../store/actions.ts';
import { domainList, hostById, knownOf, openTree, wordsOf } from '../store/selectors.ts';
import { type App, domainKey, type Target } from '../store/store.ts';

/** Something to find: choosing it goes there or does it. */
export interface PaletteItem {
  key: string;
  group: 'Domains' | 'Snapshots' | 'Commands';
  text: string;
  note: string;
  shortcut?: string;
  choose: () => void;
}

const mostPerGroup = 30;

/** What matches, best first: whatever starts with the query comes before what only holds its words. */
export function paletteItems(app: App, query: string): PaletteItem[] {
  const words = wordsOf(query);
  const start = query.trim().toLowerCase();
  const pick = (items: PaletteItem[]) => {
    const hits = items.filter(({ text, group, note }) => {
      const lower = (group === 'Snapshots' ? `${text} ${note}` : text).toLowerCase();
      return words.every((word) => lower.includes(word));
    });
    if (start === '') return hits.slice(0, mostPerGroup);
    const first = hits.filter(({ text }) => text.toLowerCase().startsWith(start));
    const rest = hits.filter(({ text }) => !text.toLowerCase().startsWith(start));
    return [...first, ...rest].slice(0, mostPerGroup);
  };
  return [
    ...pick(commandItems(app)),
    ...(words.length > 0 ? [...pick(domainItems(app)), ...pick(snapshotItems(app))] : []),
  ];
}

/** Commands on the selected row, on its domain, and on its host. */
function commandItems(app: App): PaletteItem[] {
  const target = openTarget(app.store.getState());
  const context = contextOf(app, target);
  const hostTarget: Target | null = context.host ? { kind: 'host', hostId: context.host.id } : null;
  const domainTarget: Target | null = target?.kind === 'row' ? { kind: 'domain', key: target.key } : target;
  const targets: Partial<Record<Command['group'], Target | null>> = { Host: hostTarget, Domain: domainTarget };
  const targetOf = ({ group }: Command) => (targets[group] === undefined ? target : targets[group]);
  return commands
    .filter(({ id }) => id !== 'view.palette')
    .flatMap((command): PaletteItem[] => {
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
          group: 'Commands',
          text: command.label(used),
          note,
          ...(command.shortcut ? { shortcut: command.shortcut } : {}),
          choose: () => void runCommand(command, contextOf(app, targetOf(command))),
        },
      ];
    });
}

function domainItems({ store }: App): PaletteItem[] {
  const state = store.getState();
  return domainList(state).map((domain) => ({
    key: domainKey(domain),
    group: 'Domains',
    text: domain.name,
    note: hostById(state, domain.hostId)?.name ?? '',
    choose: () => openDomainView(store, domainKey(domain)),
  }));
}

function snapshotItems({ store }: App): PaletteItem[] {
  const state = store.getState();
  const rows = openTree(state)?.rows ?? [];
  const known = knownOf(state);
  return rows.flatMap((row): PaletteItem[] =>
    row.kind === 'here'
      ? []
      : [
          {
            key: `row ${row.key}`,
            group: 'Snapshots',
            text: row.snapshot.name,
            note: [row.snapshot.description, ...known(row).tags].filter(Boolean).join(' · '),
            choose: () => {
              filterSnapshots(store, '');
              selectRow(store, row.key);
            },
          },
        ],
  );
}
