import { expect, test } from 'vitest';
import type { Operation } from '../../shared/schema.ts';
import { filterSnapshots } from './actions.ts';
import { aHost, anApp, anOperation, anOutcome, aSnapshot } from './fixtures.ts';
import { domainList, dueQuestion, filteredRows, goesOnSince, openTree, revertUnavailable } from './selectors.ts';

test('selectors hand out the same value while nothing changed', () => {
  const { store } = anApp();
  expect(domainList(store.getState())).toBe(domainList(store.getState()));
  expect(openTree(store.getState())).toBe(openTree(store.getState()));
});

test('a filter wants every word, in the name or the description', () => {
  const tree = openTree(anApp().store.getState());
  if (!tree) throw new Error('no tree');
  const hits = (filter: string) => filteredRows(tree, filter).map(({ key }) => key);
  expect(hits('CLE an')).toEqual(['clean']);
  expect(hits('clean dirty')).toEqual([]);
  expect(filteredRows(tree, '  ')).toBe(tree.rows);
});

test('a row that the filter hides is selected no longer', () => {
  const { store } = anApp({}, { selectedRow: 'dirty' });
  filterSnapshots(store, 'd');
  expect(store.getState().selectedRow).toBe('dirty');
  filterSnapshots(store, 'clean');
  expect(store.getState().selectedRow).toBeNull();
});

test('why nothing can be reverted now', () => {
  const reason = (state = {}) => revertUnavailable(anApp({}, state).store.getState(), 'h/u');
  expect(reason()).toBeNull();
  expect(reason({ link: 'lost' })).toContain('not reachable');
  expect(reason({ hosts: [aHost({ connection: { status: 'disconnected' } })] })).toBe('kvm-a is not connected.');
  expect(reason({ domains: new Map() })).toBe('This domain is gone.');
  expect(reason({ operations: new Map([['o', anOperation()]]) })).toContain('is running');
});

test('a domain goes on from its current snapshot since it was taken, or since it was reverted to', () => {
  const snapshot = aSnapshot('clean', null, 5);
  const done = anOperation({ phase: 'ended', endedAt: 9, outcome: anOutcome() });
  const failed = anOperation({ id: 'f', phase: 'ended', endedAt: 99, outcome: anOutcome({ result: 'failed' }) });
  const since = (...operations: Operation[]) =>
    goesOnSince(
      anApp({}, { operations: new Map(operations.map((it) => [it.id, it])) }).store.getState(),
      'h/u',
      snapshot,
    );
  expect(since()).toBe(5);
  expect(since(done, failed)).toBe(9);
  expect(since({ ...done, uuid: 'other' })).toBe(5);
});

test('a question waits while another dialog is open', () => {
  const question = {
    id: 'q',
    hostId: 'h',
    kind: 'host-key' as const,
    host: 'kvm-a',
    port: 22,
    keyType: 'ssh-ed25519',
    fingerprint: 'SHA256:x',
    knownHostsFile: '',
  };
  const { store } = anApp({}, { questions: [question], dialog: { kind: 'shortcuts' } });
  expect(dueQuestion(store.getState())).toBeUndefined();
  store.setState({ dialog: null });
  expect(dueQuestion(store.getState())).toBe(question);
});
