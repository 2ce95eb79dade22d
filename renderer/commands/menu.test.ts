import { expect, test } from 'vitest';
import { hereKey } from '../../shared/snapshot-tree.ts';
import { branchFold } from '../../shared/tree-drawing.ts';
import { aDomain, anApp, aSnapshot } from '../store/fixtures.ts';
import type { Target } from '../store/store.ts';
import type { CommandContext } from './command.ts';
import { contextOf } from './context.ts';
import { menuOf, targetWords } from './menu.ts';

const domain: Target = { kind: 'domain', key: 'h/u' };
const row = (key: string, more = {}): Target => ({ kind: 'row', key: 'h/u', row: key, ...more });
const targets: Target[] = [domain, row('clean'), row('dirty'), row(hereKey), { kind: 'host', hostId: 'h' }];

const ids = (target: Target, selected?: Target) =>
  menuOf(contextOf(anApp(), target), selected && contextOf(anApp(), selected)).map((part) =>
    part.map(({ command }) => command.id),
  );

test.each(targets)('what destroys is last, and never first: %j', (target) => {
  const entries = menuOf(contextOf(anApp(), target)).flat();
  const dangers = entries.map(({ command }) => command.danger === true);
  expect(dangers[0]).toBe(false);
  expect(dangers).toEqual([...dangers].sort((a, b) => Number(a) - Number(b)));
});

test('the menu of a snapshot begins with its details and ends with Revert and Delete', () => {
  const parts = ids(row('dirty'));
  expect(parts[0]?.[0]).toBe('snapshot.details');
  expect(parts.at(-1)).toEqual(['revert.snapshot', 'snapshot.delete']);
  expect(parts.flat()).not.toContain('snapshot.create');
});

test('the menu of a fold unfolds it, and acts on what it hides', () => {
  const state = { turnedFolds: new Map([['h/u', new Set([branchFold('clean')])]]) };
  const fold = contextOf(anApp({}, state), row(branchFold('clean')));
  const menu = (context: CommandContext) => menuOf(context).map((part) => part.map(({ command }) => command.id));
  expect(targetWords(fold).name).toBe('dirty');
  expect(menu(fold)[0]?.slice(0, 2)).toEqual(['snapshot.unfold', 'snapshot.details']);
  expect(menu(fold).at(-1)).toEqual(['revert.snapshot', 'snapshot.delete']);

  const snapshots = [aSnapshot('clean', null, 1), aSnapshot('a', 'clean', 2), aSnapshot('b', 'a', 3)];
  const history = { key: 'h/u', list: { snapshots, current: null }, problem: null };
  const several = contextOf(anApp({}, { ...state, history }), row(branchFold('clean')));
  expect(several.chosen.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(menu(several)[0]?.[0]).toBe('snapshot.unfold');
  expect(menu(several).at(-1)).toEqual(['snapshot.delete']);
  expect(menu(several).flat()).not.toContain('snapshot.details');
});

test('the menu of the current snapshot offers one way to revert to it', () => {
  const of = (key: string) => ids(row(key)).flat();
  expect([...of('clean'), ...of('dirty')].filter((id) => id === 'revert.current')).toEqual([]);
  expect(of(hereKey)).toContain('revert.current');
});

test('the menu of the open domain begins with power, and its revert is about the selected row', () => {
  const parts = ids(domain, row('dirty'));
  expect(parts[0]).toContain('domain.shutdown');
  expect(parts.flat()).toContain('view.inspector');
  expect(parts.at(-1)?.at(-1)).toBe('revert.snapshot');
  expect(ids(domain).at(-1)?.at(-1)).toBe('revert.current');
  expect(ids(domain).flat()).not.toContain('view.inspector');
});

test('a menu says what it is about', () => {
  const words = (target: Target, state = {}) => targetWords(contextOf(anApp({}, state), target));
  expect(words(row('dirty'))).toEqual({ name: 'dirty', about: 'of db-01 on kvm-a' });
  expect(words(row(hereKey))).toEqual({ name: 'You are here', about: 'of db-01 on kvm-a' });
  expect(words(domain)).toEqual({ name: aDomain().name, about: 'on kvm-a, running' });
  const several = { chosenRows: new Set(['clean', 'dirty']) };
  expect(words(row('clean'), several)).toEqual({ name: '2 snapshots', about: 'of db-01 on kvm-a' });
  expect(words(row('clean', { alone: true }), several).name).toBe('clean');
  expect(words({ kind: 'group', group: '' })).toEqual({ name: 'Ungrouped', about: '1 host' });
});
