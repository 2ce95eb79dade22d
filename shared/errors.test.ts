import { describe, expect, it } from 'vitest';
import { isProblemCode, type ProblemCode, problemOf, problems } from './errors.ts';
import { requestProblems } from './request-problems.ts';
import { Problem } from './schema.ts';

const codes = Object.keys(problems) as ProblemCode[];
const placeholders = (code: ProblemCode) =>
  [
    ...Object.values(problems[code])
      .join(' ')
      .matchAll(/\{(\w+)\}/g),
  ].map(([, word = '']) => word);

describe.each(codes)('%s', (code) => {
  const details = Object.fromEntries(placeholders(code).map((word) => [word, `<${word}>`]));

  it('has three parts that read as sentences', () => {
    const { what, effect, next } = problemOf(code, details);
    for (const part of [what, effect, next])
      expect(part).toMatch(/^(?:[A-Z“]|libvirt|polkit|virt-ssh-helper|<reason>)/);
    for (const part of [what, effect, next]) expect(part).not.toMatch(/[[\]{}]|unknown$| {2}|\.\.| \./);
  });

  it('uses every detail', () => {
    const text = Object.values(problemOf(code, details)).join(' ');
    for (const word of placeholders(code)) expect(text).toContain(`<${word}>`);
  });

  it('without details has no gap and no brackets', () => {
    const { what, effect, next } = problemOf(code);
    expect(`${what} ${effect} ${next}`).not.toMatch(/[[\]{}]|“”| {2}|\.\.| \.|: ?\./);
  });
});

describe('problemOf', () => {
  it('says unknown for what is missing or empty', () => {
    expect(problemOf('HOST_NOT_FOUND').what).toBe('The name “unknown” could not be resolved.');
    expect(problemOf('HOST_NOT_FOUND', { host: '' }).what).toBe('The name “unknown” could not be resolved.');
  });

  it('leaves out a part in brackets when one of its details is missing', () => {
    const { what, next } = problemOf('SSH_AUTH_FAILED', { host: 'h', tried: 'k1', skipped: '' });
    expect(what).toBe('“h” refused the login.');
    expect(next).toMatch(/keyfile=\. Tried: k1\.$/);
    expect(problemOf('HOST_KEY_CHANGED', { host: 'h', knownFile: 'f' }).what).not.toContain('f line');
  });

  it('does not fill in what a detail brought along', () => {
    const details = { host: '{user} [x]', user: 'root' };
    expect(problemOf('SSH_AUTH_FAILED', details).what).toBe('“{user} [x]” refused the login as user “root”.');
  });

  it('carries the code and the technical words', () => {
    expect(problemOf('LOST', { host: 'h' }, 'EPIPE')).toMatchObject({ code: 'LOST', detail: 'EPIPE' });
    expect(problemOf('LOST', { host: 'h' }, '')).not.toHaveProperty('detail');
    expect(Problem.safeParse(problemOf('LOST')).success).toBe(true);
  });
});

it('isProblemCode knows the codes and nothing of Object’s', () => {
  expect(codes.every(isProblemCode)).toBe(true);
  expect(['toString', '__proto__', 'ERROR_999', ''].some(isProblemCode)).toBe(false);
});

describe('what libvirt was asked to do', () => {
  it('changes what its codes mean', () => {
    expect(problemOf('INTERNAL_ERROR').effect).toContain('may be shut off');
    expect(problemOf('INTERNAL_ERROR', {}, undefined, 'take').effect).toBe('No snapshot was taken.');
    expect(problemOf('RPC', {}, undefined, 'take')).toMatchObject({ effect: 'No snapshot was taken.' });
    expect(problemOf('CONFIG_UNSUPPORTED', {}, undefined, 'delete').next).toContain('Delete its children first');
    expect(problemOf('NO_DOMAIN_SNAPSHOT', {}, undefined, 'delete').effect).toBe('It is gone.');
    expect(problemOf('ACCESS_DENIED', {}, undefined, 'delete')).toEqual(problemOf('ACCESS_DENIED'));
  });

  it('leaves no word of reverting in it', () => {
    for (const requested of ['take', 'delete'] as const)
      for (const code of Object.keys(requestProblems[requested].codes)) {
        if (!isProblemCode(code)) throw new Error(code);
        const { what, effect, next } = problemOf(code, {}, undefined, requested);
        expect(`${code}: ${what} ${effect} ${next}`).not.toMatch(/revert/i);
      }
  });
});
