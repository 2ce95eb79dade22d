import { expect, it } from 'vitest';
import { batchNotification, operationNotification } from './notification.ts';
import type { Batch, Operation } from './schema.ts';

const operation: Operation = {
  id: 'o',
  kind: 'create',
  hostId: 'h',
  uuid: 'u',
  domainName: 'web-01',
  subject: '“nightly”',
  phase: 'ended',
  startedAt: 1_000,
  endedAt: 12_000,
  progress: null,
  cancellable: false,
  cancelRequested: false,
  outcome: { operationId: 'o', result: 'done', notes: [], differences: [], found: null },
};
const run = {
  id: 'b',
  kind: 'create',
  startedAt: 500,
  endedAt: 13_000,
  rows: [{ hostId: 'h', uuid: 'u', status: 'ended', outcome: operation.outcome }],
} as unknown as Batch;

it('tells of what took long, and where', () => {
  expect(operationNotification(operation, [], 'kvm-a')).toEqual({
    title: 'web-01: “nightly” taken',
    body: 'kvm-a',
    about: { hostId: 'h', uuid: 'u' },
  });
});

it('tells of nothing that was short, or goes on', () => {
  expect(operationNotification({ ...operation, endedAt: 10_999 }, [], 'kvm-a')).toBe(null);
  expect(operationNotification({ ...operation, phase: 'working', endedAt: null, outcome: null }, [], '')).toBe(null);
});

it('tells of a batch as a whole, once it has ended', () => {
  expect(operationNotification(operation, [run], 'kvm-a')).toBe(null);
  expect(operationNotification(operation, [{ ...run, startedAt: 2_000 }], 'kvm-a')).not.toBe(null);
  expect(batchNotification(run)).toEqual({ title: 'Snapshots', body: '1 of 1 taken', about: null });
  expect(batchNotification({ ...run, endedAt: null })).toBe(null);
});
