import { describe, expect, it } from 'vitest';
import { batchReport, batchSummary } from './batch-report.ts';
import type { Batch, BatchRow, Outcome, RevertDetail } from './schema.ts';

const outcome = (more: Partial<Outcome>, detail: Partial<RevertDetail> = {}): Outcome => ({
  operationId: 'o',
  result: 'done',
  notes: [],
  detail: { forced: false, ...detail },
  found: { state: 'running', reason: 'from snapshot', current: 'clean' },
  differences: [],
  ...more,
});
const row = (domainName: string, more: Partial<BatchRow>): BatchRow => ({
  planId: domainName,
  hostId: 'h',
  hostName: 'kvm-a',
  uuid: 'u',
  domainName,
  subject: 'clean',
  status: 'ended',
  startedAt: 0,
  endedAt: 2_000,
  outcome: null,
  changes: [],
  ...more,
});
const problem = { code: 'X', what: 'A file is missing.', effect: '', next: '', detail: 'mem|file' };
const run: Batch = {
  id: 'r',
  kind: 'revert',
  leftOut: [],
  startedAt: 0,
  endedAt: 65_000,
  onFailure: 'continue',
  stopRequested: false,
  rows: [
    row('web', { outcome: outcome({}, { safety: { name: 'before', result: 'taken', takenAt: 1 }, forced: true }) }),
    row('db', { outcome: outcome({ result: 'failed', problem, differences: ['The domain is shut off.'] }) }),
    row('stale', { problem: { ...problem, what: 'No longer true.' }, changes: ['It is running now.'] }),
    row('last', { status: 'skipped', startedAt: null, endedAt: null }),
  ],
};

describe('a report', () => {
  it('counts', () => {
    expect(batchSummary(run)).toBe('1 of 4 reverted, 1 failed, 1 refused, 1 skipped');
    expect(batchSummary({ kind: 'create', rows: [] })).toBe('0 of 0 taken');
  });

  it('as text has aligned columns and what to know under each row', () => {
    expect(batchReport(run, 'text').split('\n').slice(2)).toEqual([
      '1 of 4 reverted, 1 failed, 1 refused, 1 skipped.',
      '',
      'done     web on kvm-a    clean  2 s',
      '    Now running.',
      '    Safety snapshot “before”.',
      '    Reverted with force.',
      'FAILED   db on kvm-a     clean  2 s',
      '    A file is missing.',
      '    mem|file',
      '    The domain is shut off.',
      '    Now running.',
      'refused  stale on kvm-a  clean  2 s',
      '    No longer true.',
      '    mem|file',
      '    It is running now.',
      'skipped  last on kvm-a   clean',
      '    Not started: the run was stopped first.',
      '',
    ]);
  });

  it('names what was left out, and why', () => {
    const leftOut = [{ domainName: 'old', hostName: 'kvm-a', why: 'Left out by you.' }];
    expect(batchReport({ ...run, leftOut }, 'text')).toContain('left out  old on kvm-a: Left out by you.');
    expect(batchReport({ ...run, leftOut }, 'markdown')).toContain(
      '| old | kvm-a |  | left out |  | Left out by you. |',
    );
  });

  it('as Markdown is a table that no name can break', () => {
    const report = batchReport(run, 'markdown');
    expect(report).toContain('# Lab reset');
    expect(report).toContain(', took 1 min 5 s.');
    expect(report).toContain('| db | kvm-a | clean | FAILED | 2 s | A file is missing. mem\\|file The domain is');
    expect(report.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(6);
  });
});
