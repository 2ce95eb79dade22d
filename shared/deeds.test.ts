import { expect, it } from 'vitest';
import { deedEnded, deedUnderWay, powerActions } from './deeds.ts';

const taking = { kind: 'create', domainName: 'web-01', subject: '“nightly”' } as const;
const pausing = { kind: 'power', domainName: 'web-01', subject: 'suspend' } as const;
const ended = (result: 'done' | 'refused' | 'failed' | 'unknown' | 'cancelled', differences: string[] = []) => ({
  result,
  differences,
});

it('says what is under way', () => {
  expect(deedUnderWay(taking)).toBe('Taking “nightly” of web-01');
  expect(deedUnderWay(pausing)).toBe('Pausing web-01');
});

it('says how it ended, and never that something was done when that is not known', () => {
  expect(deedEnded(taking, ended('done'))).toBe('web-01: “nightly” taken');
  expect(deedEnded(taking, ended('cancelled'))).toBe('web-01: “nightly” not taken: cancelled');
  expect(deedEnded(taking, ended('failed'))).toBe('web-01: taking “nightly” failed');
  expect(deedEnded(taking, ended('unknown'))).toContain('not known');
  expect(deedEnded(taking, ended('done', ['It is paused.']))).toContain('not all is as planned');
  const making = { ...taking, kind: 'make-current' } as const;
  expect(deedEnded(making, ended('refused'))).toBe('web-01: “nightly” not made current: refused');
  expect(deedEnded(pausing, ended('done'))).toBe('web-01: paused');
  expect(deedEnded(pausing, ended('refused'))).toBe('web-01: not paused: refused');
});

it('has words for every action', () => {
  for (const subject of powerActions) expect(deedUnderWay({ ...pausing, subject })).toMatch(/^[A-Z].* web-01$/);
});
