import { expect, test } from 'vitest';
import { testedHostId } from '../../shared/connect-steps.ts';
import type { Operation } from '../../shared/schema.ts';
import { filterSnapshots } from './actions.ts';
import { aBatch, aBatchRow, aDomain, aHost, anApp, anOperation, anOutcome, aSnapshot } from './fixtures.ts';
import {
  allTags,
  batchOf,
  chosenDomains,
  domainList,
  dueQuestion,
  filteredRows,
  goesOnSince,
  isMarkedProtected,
  isPinned,
  isProtected,
  openTree,
  operationOn,
  ownOperation,
  revertUnavailable,
  tagsOfSnapshot,
  undoUnavailable,
} from './selectors.ts';

test('selectors hand out the same value while nothing changed', () => {
  const { store } = anApp();
  expect(domainList(store.getState())).toBe(domainList(store.getState()));
  expect(openTree(store.getState())).toBe(openTree(store.getState()));
});

test('a filter wants every word, in the name or the description', () => {
  const state = anApp().store.getState();
  const tree = openTree(state);
  if (!tree) throw new Error('no tree');
  const hits = (filter: string) => filteredRows(state, tree, filter).map(({ key }) => key);
  expect(hits('CLE an')).toEqual(['clean']);
  expect(hits('clean dirty')).toEqual([]);
  expect(hits('is:root')).toEqual(['clean']);
  expect(hits('is:leaf')).toEqual(['dirty']);
  expect(filteredRows(state, tree, '  ')).toBe(tree.rows);
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
    until: 0,
    knownHostsFile: '',
  };
  const { store } = anApp({}, { questions: [question], dialog: { kind: 'shortcuts' } });
  expect(dueQuestion(store.getState())).toBeUndefined();
  store.setState({ dialog: null });
  expect(dueQuestion(store.getState())).toBe(question);
});

test('over the dialog that tests a connection only its own questions come', () => {
  const asked = { hostId: 'h', kind: 'passphrase' as const, host: '', keyFile: '', retry: false, until: 0 };
  const others = { ...asked, id: 'a', rememberIn: 'memory' as const };
  const own = { ...others, id: 'b', hostId: testedHostId };
  const { store } = anApp({}, { questions: [others, own], dialog: { kind: 'add-host' } });
  expect(dueQuestion(store.getState())).toBe(own);
  store.setState({ questions: [others] });
  expect(dueQuestion(store.getState())).toBeUndefined();
});

test('of several operations on a domain the first is the one that runs, and the own one is the newest', () => {
  const first = anOperation({ id: 'a', startedAt: 1 });
  const queued = anOperation({ id: 'b', startedAt: 2, phase: 'queued' });
  const { store } = anApp({}, { operations: new Map([first, queued].map((it) => [it.id, it])) });
  expect(operationOn(store.getState(), 'h/u')).toBe(first);
  expect(ownOperation(store.getState(), queued)).toBe(queued);
  expect(ownOperation(store.getState(), { ...queued, subject: '“other”' })).toBeUndefined();
});

test('an undo needs an offer, and says why there is none', () => {
  const offer = { available: true, snapshotName: 'before', takenAt: 1, revertedTo: 'clean' };
  const reason = (state = {}) => undoUnavailable(anApp({}, state).store.getState(), 'h/u');
  expect(reason()).toContain('not known');
  expect(reason({ undoOffers: new Map([['h/u', offer]]) })).toBeNull();
  const none = { ...offer, available: false, reason: 'It was removed.' };
  expect(reason({ undoOffers: new Map([['h/u', none]]) })).toBe('It was removed.');
  expect(reason({ undoOffers: new Map([['h/u', offer]]), link: 'lost' })).toContain('not reachable');
});

test('an operation of a lab reset is known as one, an earlier one of the same domain is not', () => {
  const run = aBatch([aBatchRow({ status: 'running' })], { startedAt: 5, endedAt: null });
  const { store } = anApp({}, { batches: new Map([[run.id, run]]) });
  expect(batchOf(store.getState(), anOperation({ startedAt: 6 }))).toBe(run);
  expect(batchOf(store.getState(), anOperation({ startedAt: 4 }))).toBeUndefined();
  expect(batchOf(store.getState(), anOperation({ startedAt: 6, uuid: 'other' }))).toBeUndefined();
});

test('marks are of one domain on one host', () => {
  const marks = {
    protected: [{ hostId: 'h', uuid: 'u' }],
    pinned: [{ hostId: 'h', uuid: 'u', name: 'clean' }],
    tagged: [{ hostId: 'h', uuid: 'u', name: 'clean', tags: ['golden', 'lab'] }],
    interrupted: [],
  };
  const state = anApp({}, { marks }).store.getState();
  expect(isProtected(state, 'h/u')).toBe(true);
  expect(isProtected(state, 'i/u')).toBe(false);
  const hosts = [aHost({ id: 'i', protected: true })];
  expect(isProtected({ ...state, hosts }, 'i/u')).toBe(true);
  expect(isMarkedProtected({ ...state, hosts }, 'i/u')).toBe(false);
  expect(isPinned(state, aDomain(), 'clean')).toBe(true);
  expect(isPinned(state, aDomain(), 'dirty')).toBe(false);
  expect(tagsOfSnapshot(state, aDomain(), 'clean')).toEqual(['golden', 'lab']);
  expect(tagsOfSnapshot(state, aDomain(), 'dirty')).toEqual([]);
  expect(allTags(state)).toEqual(['golden', 'lab']);
});

test('selected domains are those that still exist, by name', () => {
  const domains = new Map(['b10', 'b2'].map((name) => [`h/${name}`, aDomain({ uuid: name, name })]));
  const state = anApp({}, { domains, chosen: new Set(['h/b10', 'h/gone', 'h/b2']) }).store.getState();
  expect(chosenDomains(state).map(({ name }) => name)).toEqual(['b2', 'b10']);
});

test('how old a snapshot may be for a filter follows the clock of the window', () => {
  const { store } = anApp();
  const state = store.getState();
  const tree = openTree(state);
  if (!tree) throw new Error('no tree');
  const { createdAt } = tree.rows[0]?.kind === 'snapshot' ? tree.rows[0].snapshot : { createdAt: 0 };
  const at = (seconds: number) =>
    filteredRows({ ...state, minute: Math.floor((createdAt + seconds) / 60) }, tree, 'newer:1d').length;
  expect(at(600)).toBeGreaterThan(at(30 * 86_400));
});
