import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RevertCommand, shellQuote, virshRevert } from './virsh.ts';

const command: RevertCommand = {
  uri: null,
  domain: 'web-01',
  snapshot: 'before',
  startState: 'as-saved',
  force: false,
};

describe('virshRevert', () => {
  it.each<[Partial<RevertCommand>, string]>([
    [{}, 'virsh snapshot-revert web-01 before'],
    [{ uri: 'qemu:///system' }, 'virsh -c qemu:///system snapshot-revert web-01 before'],
    [{ snapshot: null }, 'virsh snapshot-revert web-01 --current'],
    [{ startState: 'running' }, 'virsh snapshot-revert web-01 before --running'],
    [{ startState: 'paused', force: true }, 'virsh snapshot-revert web-01 before --paused --force'],
    [{ snapshot: null, force: true }, 'virsh snapshot-revert web-01 --current --force'],
    [
      { uri: 'qemu+ssh://u@h/system?a=1&b=2' },
      "virsh -c 'qemu+ssh://u@h/system?a=1&b=2' snapshot-revert web-01 before",
    ],
    [{ domain: 'my vm', snapshot: "it's" }, "virsh snapshot-revert 'my vm' 'it'\\''s'"],
    [{ domain: '-rf', snapshot: '--all' }, 'virsh snapshot-revert --domain=-rf --snapshotname=--all'],
    [{ snapshot: '- x' }, "virsh snapshot-revert web-01 '--snapshotname=- x'"],
    [{ snapshot: '001' }, 'virsh snapshot-revert web-01 001'],
    [{ snapshot: '' }, "virsh snapshot-revert web-01 ''"],
  ])('%j', (change, line) => {
    expect(virshRevert({ ...command, ...change })).toBe(line);
  });
});

describe('shellQuote', () => {
  it.each(['web-01', 'a_b', 'a@b%c+d=e:f,g./h', '001'])('leaves %s as it is', (word) => {
    expect(shellQuote(word)).toBe(word);
  });

  it.each([
    '',
    ' ',
    '$HOME',
    '`id`',
    '*',
    '~',
    '~root',
    'a;b',
    'a\nb',
    '#x',
    '!!',
    '\\',
    '"',
    'é',
    '[a]',
    '{a,b}',
    'x\n',
  ])('quotes %j', (word) => {
    expect(shellQuote(word)).toBe(`'${word}'`);
  });

  it('leaves nothing outside quotes but safe characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (word) => {
        expect(shellQuote(word).replace(/\\'|'[^']*'/g, '')).toMatch(/^[\w@%+=:,./-]*$/);
      }),
    );
  });
});
