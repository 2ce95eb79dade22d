import { expect, test } from 'vitest';
import { sideBySide } from './lines.ts';
import { longestIncreasing } from './sequence.ts';
import { differingPieces, tellDifference } from './tell.ts';
import { disk, domain, el, withDevices } from './testing.ts';

const signs = { same: ' ', changed: '~', added: '+', removed: '-' };

test('what came stands beside nothing, and the rest beside itself', () => {
  const lines = sideBySide(
    withDevices(disk('vda', '/a')),
    withDevices(el('emulator', '/q'), disk('sda', '/c'), disk('vda', '/b')),
  );
  expect(lines.map(({ kind, left, right }) => `${signs[kind]} ${(left ?? right ?? '').trim()}`)).toEqual([
    "  <domain type='kvm'>",
    '  <devices>',
    '+ <emulator>/q</emulator>',
    "+ <disk type='file' device='disk'>",
    "+ <driver name='qemu' type='qcow2'/>",
    "+ <source file='/c'/>",
    "+ <target dev='sda' bus='virtio'/>",
    '+ </disk>',
    "  <disk type='file' device='disk'>",
    "  <driver name='qemu' type='qcow2'/>",
    "~ <source file='/a'/>",
    "  <target dev='vda' bus='virtio'/>",
    '  </disk>',
    '  </devices>',
    '  </domain>',
  ]);
});

test('devices with a key are told in one order', () => {
  const lines = sideBySide(
    withDevices(disk('vda', '/a'), disk('vdb', '/b')),
    withDevices(disk('vdb', '/b'), disk('vda', '/a')),
  );
  expect(lines.every(({ kind }) => kind === 'same')).toBe(true);
});

test('text of several lines, and signs that XML has taken', () => {
  const lines = sideBySide(domain(el('description', 'one\ntwo')), domain(el('description', "a < 'b' & c")));
  expect(lines.slice(1, -1)).toEqual([
    { kind: 'changed', left: '  <description>one', right: "  <description>a &lt; 'b' &amp; c</description>" },
    { kind: 'removed', left: 'two</description>', right: null },
  ]);
  expect(sideBySide(el('x', { y: "'<\n" }), el('x'))[0]?.left).toBe("<x y='&apos;&lt;&#10;'/>");
});

test('five thousand lines are compared', () => {
  const many = (file: string) =>
    withDevices(...Array.from({ length: 1_000 }, (_, n) => disk(`vd${n}`, `/${file}/${n}`)));
  expect(sideBySide(many('a'), many('b'))).toHaveLength(5004);
});

test('a longest increasing subsequence', () => {
  expect(longestIncreasing([])).toEqual([]);
  expect(longestIncreasing([3, 1, 2, 0, 4])).toEqual([1, 2, 4]);
  expect(longestIncreasing([2, 2, 1])).toHaveLength(1);
});

test('a difference in a line of text, and where two lines differ', () => {
  expect(tellDifference({ label: 'Memory', snapshot: '2 GiB', now: '4 GiB', kind: 'changed' })).toBe(
    'Memory: 2 GiB → 4 GiB',
  );
  expect(tellDifference({ label: 'Disk vdb', snapshot: '', now: 'virtio', kind: 'added since' })).toBe(
    'Disk vdb: added since (virtio)',
  );
  expect(differingPieces("<a b='1'/>", "<a b='12'/>")).toEqual([
    { head: "<a b='1", middle: '', tail: "'/>" },
    { head: "<a b='1", middle: '2', tail: "'/>" },
  ]);
});

test('several devices of one key stand where they stood', () => {
  const same = () => withDevices(disk('vda', '/a'), disk('vdb', '/b'), disk('vda', '/c'));
  expect(sideBySide(same(), same()).every(({ kind }) => kind === 'same')).toBe(true);
});

test('a text of very many lines is told', () => {
  const text = 'a\n'.repeat(200_000);
  expect(sideBySide(domain(), domain(el('description', text)))).toHaveLength(200_003);
});
