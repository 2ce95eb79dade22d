import { expect, test, vi } from 'vitest';
import { hereKey } from '../../shared/snapshot-tree.ts';
import { aBatch, aBatchRow, aHost, anApp } from '../store/fixtures.ts';
import type { Target } from '../store/store.ts';
import { commands } from './commands.ts';
import { commandById, contextOf, revertCommand, runCommand } from './context.ts';
import { matchesShortcut, shortcutKeys } from './shortcuts.ts';

const row = (key: string): Target => ({ kind: 'row', key: 'h/u', row: key });

function labels(target: Target | null, state = {}) {
  const context = contextOf(anApp({}, state), target);
  return commands.filter((it) => it.group !== 'View' && it.applies(context)).map((it) => it.label(context));
}

test('every command has an id of its own', () => {
  expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
});

test('a snapshot is reverted to by name, the current one also as such, the place you are at only so', () => {
  expect(labels(row('dirty'))[0]).toBe('Revert to “dirty”…');
  expect(labels(row('dirty'))).not.toContain('Revert to current snapshot…');
  expect(labels(row('clean')).slice(0, 2)).toEqual(['Revert to “clean”…', 'Revert to current snapshot…']);
  expect(labels(row(hereKey))[0]).toBe('Revert to current snapshot…');
  expect(labels(row('dirty'))).not.toContain('Copy domain name');
});

test('without a current snapshot the place you are at leads nowhere back', () => {
  const history = { key: 'h/u', list: { snapshots: [], current: null }, problem: null };
  const context = contextOf(anApp({}, { history }), row(hereKey));
  expect(revertCommand(context)).toBeUndefined();
});

test('a host has its own commands, and none of them destroys', () => {
  expect(labels({ kind: 'host', hostId: 'h' })).toEqual([
    'Reconnect now',
    'Disconnect',
    'Edit host…',
    'Move host up',
    'Move host down',
    'Copy connection URI',
    'Remove host…',
    'Add host…',
    'Open the demo',
    'Export hosts…',
    'Import hosts…',
  ]);
});

test('a group can be renamed and moved; hosts without one only go along in files', () => {
  const inMenu = (group: string) => {
    const context = contextOf(anApp(), { kind: 'group', group });
    return commands
      .filter((it) => it.group !== 'View' && it.applies(context) && (it.inMenu ?? (() => true))(context))
      .map(({ id }) => id);
  };
  const files = ['host.add', 'host.add-demo', 'host.export', 'host.import'];
  expect(inMenu('lab')).toEqual(['group.rename', 'group.move-up', 'group.move-down', ...files]);
  expect(inMenu('')).toEqual(files);
});

test('a host goes a step in its group, and not past its ends', async () => {
  const hosts = ['a', 'b', 'c'].map((id) => aHost({ id, group: id === 'c' ? '' : 'lab' }));
  const asked: unknown[] = [];
  const move = async (input: unknown) => {
    asked.push(input);
    throw new Error('no room');
  };
  const app = anApp({ hosts: { move } as never }, { hosts });
  const press = (id: string, way: string) =>
    runCommand(commandById(`host.move-${way}`), contextOf(app, { kind: 'host', hostId: id }));
  expect(press('a', 'up')).toBe(false);
  expect(press('a', 'down')).toBe(true);
  expect(asked).toEqual([{ what: { kind: 'host', id: 'a' }, step: 1 }]);
  const last = commandById('host.move-down').unavailable(contextOf(app, { kind: 'host', hostId: 'b' }));
  expect(last).toBe('It is the last of its group.');
  await vi.waitFor(() => expect(app.store.getState().notices).toHaveLength(1));
});

test('what is not available is not run', () => {
  const app = anApp({}, { link: 'lost' });
  expect(runCommand(commandById('host.add'), contextOf(app, null))).toBe(false);
  expect(app.store.getState().dialog).toBeNull();
});

test('shortcuts match their keys and no other modifiers', () => {
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  const press = (key: string, more = {}) => ({ ...none, key, ...more });
  expect(matchesShortcut('Mod+K', press('k', { ctrlKey: true }), false)).toBe(true);
  expect(matchesShortcut('Mod+K', press('k', { metaKey: true }), true)).toBe(true);
  expect(matchesShortcut('Mod+K', press('K', { ctrlKey: true, shiftKey: true }), false)).toBe(false);
  expect(matchesShortcut('Mod+K', press('k'), false)).toBe(false);
  expect(matchesShortcut('?', press('?', { shiftKey: true }), false)).toBe(true);
  expect(matchesShortcut('Enter', press('Enter', { altKey: true }), false)).toBe(false);
  expect(shortcutKeys('Mod+Shift+F', false)).toEqual(['Ctrl', 'Shift', 'F']);
});

test('an undo stands with the domain and works by key on any row, once there is an offer', () => {
  const offer = { available: true, snapshotName: 'before', takenAt: 1, revertedTo: 'clean' };
  const undo = commandById('revert.undo');
  const target: Target = { kind: 'domain', key: 'h/u' };
  expect(undo.unavailable(contextOf(anApp(), target))).toContain('not known');
  const known = anApp({}, { undoOffers: new Map([['h/u', offer]]) });
  expect(undo.unavailable(contextOf(known, target))).toBeNull();
  expect(undo.applies(contextOf(known, row('dirty')))).toBe(true);
  expect(undo.inMenu?.(contextOf(known, row('dirty')))).toBe(false);
});

test('a key means one thing wherever it is pressed, and none takes a key of the lists', () => {
  const several = anApp({}, { chosenRows: new Set(['clean', 'dirty']), selectedRow: 'clean' });
  const one = anApp();
  const places = [
    contextOf(one, null),
    contextOf(one, { kind: 'host', hostId: 'h' }),
    contextOf(one, { kind: 'domain', key: 'h/u' }),
    contextOf(one, row('dirty')),
    contextOf(one, row('clean')),
    contextOf(one, row(hereKey)),
    contextOf(several, row('clean')),
  ];
  expect(places.at(-1)?.chosen).toHaveLength(2);
  for (const context of places)
    for (const which of ['shortcut', 'alsoShortcut'] as const) {
      const keys = commands.filter((it) => it.applies(context)).flatMap((it) => it[which]?.toLowerCase() ?? []);
      expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
    }
  const ofLists = ['Mod+A', ' ', 'Escape', 'Home', 'End', 'PageUp', 'PageDown', 'ArrowUp', 'ArrowDown', 'Shift+F10'];
  const taken = commands.flatMap(({ shortcut, alsoShortcut }) => [shortcut, alsoShortcut]);
  expect(taken.filter((key) => key !== undefined && ofLists.includes(key))).toEqual([]);
});

test('the tags of several snapshots are changed together', () => {
  const app = anApp({}, { chosenRows: new Set(['clean', 'dirty']) });
  const context = contextOf(app, row('clean'));
  expect(commandById('snapshot.tag').label(context)).toBe('Tags of 2 snapshots…');
  runCommand(commandById('snapshot.tag'), context);
  expect(app.store.getState().dialog).toMatchObject({
    kind: 'tags-of-several',
    snapshots: [{ name: 'clean' }, { name: 'dirty' }],
  });
});

test('marks are toggled, and the label says which way', () => {
  const app = anApp(
    {},
    { marks: { protected: [{ hostId: 'h', uuid: 'u' }], pinned: [], tagged: [], interrupted: [] } },
  );
  expect(commandById('domain.protect').label(contextOf(app, { kind: 'domain', key: 'h/u' }))).toBe('Remove protection');
  expect(commandById('snapshot.pin').label(contextOf(app, row('clean')))).toBe('Pin against deletion');
});

test('a lab reset needs a selection and waits for the one that runs', () => {
  const reset = commandById('lab.reset');
  expect(reset.applies(contextOf(anApp(), null))).toBe(false);
  const chosen = new Set(['h/u']);
  expect(reset.applies(contextOf(anApp({}, { chosen }), null))).toBe(true);
  const run = aBatch([aBatchRow()], { endedAt: null });
  const busy = anApp({}, { chosen, batches: new Map([['l', run]]) });
  expect(reset.unavailable(contextOf(busy, null))).toContain('in progress');
});

test('F2 edits a snapshot, and another is made current only among internal ones', () => {
  const app = anApp();
  expect(runCommand(commandById('snapshot.edit'), contextOf(app, row('dirty')))).toBe(true);
  expect(app.store.getState().dialog).toMatchObject({ kind: 'edit-snapshot', snapshotName: 'dirty' });
  const current = commandById('snapshot.make-current');
  expect(current.unavailable(contextOf(app, row('dirty')))).toBeNull();
  expect(current.unavailable(contextOf(app, row('clean')))).toBe('It is the current snapshot.');
  const list = app.store.getState().history?.list;
  const snapshots = list?.snapshots.map((each) => ({ ...each, kind: 'external' as const })) ?? [];
  const history = { key: 'h/u', list: { snapshots, current: 'clean' }, problem: null };
  expect(current.unavailable(contextOf(anApp({}, { history }), row('dirty')))).toContain('overlays');
});
