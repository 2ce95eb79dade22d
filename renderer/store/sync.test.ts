import { expect, test, vi } from 'vitest';
import type { Settings } from '../../shared/schema.ts';
import { aBatch, aBatchRow, aDomain, aHost, anApp, anOperation, anOutcome } from './fixtures.ts';
import { lastOutcome, operationOn } from './selectors.ts';
import { applyEvents, somethingToShow } from './sync.ts';

const someSettings: Settings = {
  snapshotNamePattern: 'snapshot-{date}',
  safetySnapshotsKept: 3,
  safetyNamePattern: 'before-revert {date} {time}',
  labParallelPerHost: 4,
  thumbnails: true,
  thumbnailsMiB: 100,
  thumbnailDays: 365,
  notifications: true,
};

test('everything replaces all; the domains of a host replace only its own', () => {
  const state = anApp().store.getState();
  const all = applyEvents(state, [
    {
      type: 'everything',
      hosts: [aHost(), aHost({ id: 'i' })],
      domains: [aDomain({ hostId: 'i' })],
      operations: [],
      questions: [],
      batches: [],
      marks: { protected: [], pinned: [], tagged: [], interrupted: [] },
      settings: someSettings,
      notices: [],
    },
    { type: 'domains', hostId: 'h', domains: [aDomain({ uuid: 'a' }), aDomain({ uuid: 'b' })] },
  ]);
  expect([...all.next.domains.keys()]).toEqual(['i/u', 'h/a', 'h/b']);
  const { next } = applyEvents(all.next, [{ type: 'host-removed', hostId: 'h' }]);
  expect([...next.domains.keys()]).toEqual(['i/u']);
  expect(next.place).toBeNull();
});

test('domains that changed replace themselves alone', () => {
  const { next } = applyEvents(anApp().store.getState(), [
    { type: 'domains', hostId: 'h', domains: [aDomain({ uuid: 'a', snapshotCount: null }), aDomain({ uuid: 'b' })] },
    { type: 'domains-changed', domains: [aDomain({ uuid: 'a', snapshotCount: 7 })] },
  ]);
  expect([...next.domains].map(([key, { snapshotCount }]) => [key, snapshotCount])).toEqual([
    ['h/a', 7],
    ['h/b', 2],
  ]);
});

test('hosts stand in the order that is told; one that is added since comes last', () => {
  const { next } = applyEvents(anApp().store.getState(), [
    { type: 'host', host: aHost({ id: 'i' }) },
    { type: 'host-order', hostIds: ['i', 'h'] },
    { type: 'host', host: aHost({ id: 'j' }) },
    { type: 'host', host: aHost({ id: 'h', name: 'other' }) },
  ]);
  expect(next.hosts.map(({ id, name }) => `${id} ${name}`)).toEqual(['i kvm-a', 'h other', 'j kvm-a']);
});

test('the domain open last time opens again when its host tells of it', () => {
  const { store } = anApp({}, { place: null, domains: new Map() });
  const state = { ...store.getState(), settings: { ...store.getState().settings, lastDomain: 'h/u' } };
  const { next } = applyEvents(state, [{ type: 'domain', domain: aDomain() }]);
  expect(next.place).toEqual({ kind: 'domain', key: 'h/u' });
});

test('an operation ends once, also when its end was missed during a reconnection', () => {
  const running = applyEvents(anApp().store.getState(), [{ type: 'operation', operation: anOperation() }]);
  expect(running.ended).toEqual([]);
  expect(operationOn(running.next, 'h/u')?.id).toBe('o');
  const over = anOperation({ phase: 'ended', endedAt: 9, outcome: anOutcome() });
  const again = {
    type: 'everything' as const,
    hosts: [aHost()],
    domains: [],
    operations: [over],
    questions: [],
    batches: [],
    marks: { protected: [], pinned: [], tagged: [], interrupted: [] },
    settings: someSettings,
    notices: [],
  };
  const ended = applyEvents(running.next, [again]);
  expect(ended.ended).toEqual([over]);
  expect(lastOutcome(ended.next)).toBe('db-01 reverted to “clean”, verified running');
  expect(applyEvents(ended.next, [again]).ended).toEqual([]);
  expect(applyEvents(anApp().store.getState(), [again]).ended).toEqual([]);
});

test('a lab reset is told as ended once, and not when it had ended before this window came', () => {
  const running = aBatch([aBatchRow({ status: 'running' })], { endedAt: null });
  const over = aBatch([aBatchRow()]);
  const first = applyEvents(anApp().store.getState(), [{ type: 'batch', run: running }]);
  expect(first.endedLabRuns).toEqual([]);
  const second = applyEvents(first.next, [{ type: 'batch', run: over }]);
  expect(second.endedLabRuns).toEqual([over]);
  expect(applyEvents(second.next, [{ type: 'batch', run: over }]).endedLabRuns).toEqual([]);
  expect(applyEvents(anApp().store.getState(), [{ type: 'batch', run: over }]).endedLabRuns).toEqual([]);
});

test.each([{ loaded: true }, { link: 'locked' as const }, { link: 'lost' as const }])(
  'there is something to show as soon as the state has %o',
  async (change) => {
    const { store } = anApp({}, { loaded: false, link: 'opening' });
    const shown = vi.fn();
    const showing = somethingToShow(store, 3_600_000).then(shown);
    store.setState({ link: 'open' });
    await Promise.resolve();
    expect(shown).not.toHaveBeenCalled();
    store.setState(change);
    await showing;
  },
);

test('what does not come soon is not waited for', async () => {
  vi.useFakeTimers();
  try {
    const { store } = anApp({}, { loaded: false, link: 'open' });
    const showing = somethingToShow(store, 150);
    await vi.advanceTimersByTimeAsync(150);
    await showing;
  } finally {
    vi.useRealTimers();
  }
});
