import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { domainAddress, shellQuote, type VirshCommand, virshLine } from './virsh.ts';

const uuid = 'd3b07384-d113-4ec6-a5f7-3d9b7c1f0a11';
const line = (options: NonNullable<VirshCommand['options']>, domain = 'web-01') =>
  virshLine({ uri: null, domain }, { command: 'snapshot-revert', options });

describe('virshLine', () => {
  it.each<[string, string]>([
    [line({}), 'virsh snapshot-revert web-01'],
    [line({ snapshotname: 'before', running: true, force: false }), 'virsh snapshot-revert web-01 before --running'],
    [line({ snapshotname: null, current: true }), 'virsh snapshot-revert web-01 --current'],
    [line({ snapshotname: "it's" }, 'my vm'), "virsh snapshot-revert 'my vm' 'it'\\''s'"],
    [line({ snapshotname: '--all' }, '-rf'), 'virsh snapshot-revert --domain=-rf --snapshotname=--all'],
    [line({ snapshotname: '- x' }), "virsh snapshot-revert web-01 '--snapshotname=- x'"],
    [line({ snapshotname: '' }), "virsh snapshot-revert web-01 ''"],
    [line({ description: 'why' }), 'virsh snapshot-revert web-01 --description why'],
    [line({ description: '-why' }), 'virsh snapshot-revert web-01 --description=-why'],
    [line({ diskspec: ['vda,x', 'vdb,y'] }), 'virsh snapshot-revert web-01 --diskspec vda,x --diskspec vdb,y'],
  ])('%s', (made, expected) => {
    expect(made).toBe(expected);
  });

  it('connects where it is told to', () => {
    expect(virshLine({ uri: 'qemu+ssh://u@h/system?a=1&b=2', domain: 'd' }, { command: 'start' })).toBe(
      "virsh -c 'qemu+ssh://u@h/system?a=1&b=2' start d",
    );
  });

  it('has remarks and files behind it, and no remark becomes a command', () => {
    const target = { uri: null, domain: 'd' };
    expect(virshLine(target, { command: 'snapshot-edit', remark: 'change <name> to a\nreboot \u202Eb' })).toBe(
      'virsh snapshot-edit d  # change <name> to a<U+000A>reboot <U+202E>b',
    );
    expect(virshLine(target, { command: 'dumpxml', into: './a b.xml' })).toBe("virsh dumpxml d > './a b.xml'");
  });
});

describe('domainAddress', () => {
  it.each(['web-01', '7a', 'a7', '7 ', '0x7', '7.', 'a b', "it's", 'é', '../etc', '$(x)', '#', ';'])(
    'names %s as it is called',
    (name) => {
      expect(domainAddress({ name, uuid })).toBe(name === '7 ' ? uuid : name);
    },
  );

  it.each([
    ...['7', '007', '+7', '-7', '-0', ' 7', '\t7', '\n7', '12345678901234567890'],
    ...[uuid, uuid.toUpperCase(), 'x'.repeat(36), 'é'.repeat(18)],
    ...['-x', '--all', '-', 'a\tb', 'a\nb', 'a\u202Eb', 'a\u200Bb', ' a', 'a '],
  ])('has the UUID in place of %j', (name) => {
    expect(domainAddress({ name, uuid })).toBe(uuid);
  });
});

describe('shellQuote', () => {
  it.each(['web-01', 'a_b', 'a@b%c+d=e:f,g./h', '001'])('leaves %s as it is', (word) => {
    expect(shellQuote(word)).toBe(word);
  });

  it.each(['', ' ', '$HOME', '`id`', '*', '~', '~root', 'a;b', '#x', '!!', '\\', '"', 'é', '[a]', '{a,b}', 'x\u00A0y'])(
    'quotes %j',
    (word) => {
      expect(shellQuote(word)).toBe(`'${word}'`);
    },
  );

  it('spells out what a terminal acts on or an eye does not see', () => {
    expect(shellQuote('a\nb')).toBe(`"$(printf 'a\\nb')"`);
    expect(shellQuote("it's\t100% \u202Eé!")).toBe(`"$(printf 'it\\047s\\t100%% \\342\\200\\256\\303\\251\\041')"`);
    expect(shellQuote('a\n\n')).toBe(`"$(printf 'a')"'\n\n'`);
    expect(shellQuote('\n')).toBe(`'\n'`);
  });

  it('shows nothing that cannot be seen, but for line breaks at the end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (word) => {
        expect(shellQuote(word).replace(/\n+'$/, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
