import { expect, it } from 'vitest';
import { operationEnded, operationImpossible, operationUnderWay, powerActions } from './words.ts';

const taking = { kind: 'create', domainName: 'web-01', subject: '“nightly”' } as const;
const pausing = { kind: 'power', domainName: 'web-01', subject: 'suspend' } as const;
const ended = (result: 'done' | 'refused' | 'failed' | 'unknown' | 'cancelled', differences: string[] = []) => ({
  result,
  differences,
  found: null,
});

it('says what is under way', () => {
  expect(operationUnderWay(taking)).toBe('Taking “nightly” of web-01');
  expect(operationUnderWay(pausing)).toBe('Pausing web-01');
});

it('says what is impossible', () => {
  expect(operationImpossible({ ...taking, kind: 'delete' })).toBe('“nightly” of web-01 cannot be deleted');
  expect(operationImpossible({ ...taking, kind: 'delete', subject: '3 snapshots' })).toBe(
    '3 snapshots of web-01 cannot be deleted',
  );
  expect(operationImpossible(pausing)).toBe('web-01 cannot be paused');
});

it('says how it ended, and never that something was done when that is not known', () => {
  expect(operationEnded(taking, ended('done'))).toBe('web-01: “nightly” taken');
  expect(operationEnded(taking, ended('cancelled'))).toBe('web-01: “nightly” not taken: cancelled');
  expect(operationEnded(taking, ended('failed'))).toBe('web-01: taking “nightly” failed');
  expect(operationEnded(taking, ended('unknown'))).toContain('not known');
  expect(operationEnded(taking, ended('done', ['It is paused.']))).toContain('not everything is as planned');
  const making = { ...taking, kind: 'make-current' } as const;
  expect(operationEnded(making, ended('refused'))).toBe('web-01: “nightly” not made current: refused');
  expect(operationEnded(pausing, ended('done'))).toBe('web-01: paused');
  expect(operationEnded(pausing, ended('refused'))).toBe('web-01: not paused: refused');
});

it('has words for every action', () => {
  for (const subject of powerActions) expect(operationUnderWay({ ...pausing, subject })).toMatch(/^[A-Z].* web-01$/);
});
