import { expect, test } from 'vitest';
import { diskLayers } from '../chain.ts';
import type { StoredDisks } from '../libvirt/disks.ts';
import { diskWith } from '../libvirt/fixtures.ts';
import { assessHealth, isHealthy } from './assess.ts';
import type { HealthFacts, HealthSnapshot } from './facts.ts';
import { named } from './rule.ts';

const image = { target: 'vda', path: '/d.qcow2', type: 'file', format: 'qcow2', below: [] };
const stored = (name: string): StoredDisks => ({
  name,
  config: [diskWith(image)],
  disks: [{ target: 'vda', kind: 'internal' }],
  reverted: [],
});
const internal = (name: string, change: Partial<HealthSnapshot> = {}): HealthSnapshot => ({
  name,
  parent: null,
  state: 'shutoff',
  memory: 'none',
  kind: 'internal',
  memoryFile: null,
  hasConfig: true,
  readable: true,
  stored: stored(name),
  ...change,
});
const facts = (snapshots: readonly HealthSnapshot[], change: Partial<HealthFacts> = {}): HealthFacts => ({
  driver: 'QEMU',
  libvirtVersion: 11_003_000,
  domain: { uuid: 'u', name: 'g', active: false, managedSave: false, targets: ['vda'] },
  current: snapshots.at(-1)?.name ?? null,
  snapshots,
  disks: diskLayers(
    [image],
    snapshots.map((each) => each.stored),
  ),
  files: new Map([['/d.qcow2', { exists: true, virtualBytes: 1, allocatedBytes: 1 }]]),
  tags: new Map([['/d.qcow2', snapshots.map(({ name }, index) => ({ id: `${index + 1}`, name, vmStateBytes: 0 }))]]),
  marked: new Map(),
  modifiedAt: new Map(),
  takenAt: new Map(),
  interrupted: new Set(),
  imported: new Set(),
  checkpoints: [],
  strays: [],
  unlisted: [],
  ...change,
});
const codes = (given: HealthFacts) => assessHealth(given).findings.map(({ code, level }) => `${level}: ${code}`);

test('a domain without snapshots is healthy', () => {
  const report = assessHealth(facts([]));
  expect(isHealthy(report)).toBe(true);
  expect(report.checked[0]).toBe('The domain has no snapshots.');
});

test('a parent that is not listed, and XML that is none', () => {
  expect(codes(facts([internal('a', { parent: 'lost' })]))).toEqual(['warning: unknown-parent']);
  const bare = { name: 'b', config: [], disks: [], reverted: [] };
  const unreadable = internal('b', { readable: false, hasConfig: false, kind: 'none', stored: bare });
  expect(codes(facts([internal('a'), unreadable]))).toEqual(['broken: unreadable']);
});

test('an image that QEMU marked as corrupt is broken, whatever the domain does', () => {
  const given = facts([internal('a')], { marked: new Map([['/d.qcow2', 'corrupt']]) });
  expect(codes(given)).toEqual(['broken: image-corrupt']);
  const [finding] = assessHealth(given).findings;
  expect(finding).toMatchObject({ snapshots: ['a'], files: ['/d.qcow2'] });
  expect(finding?.shell).toEqual(['qemu-img check /d.qcow2', 'qemu-img check -r all /d.qcow2']);
});

test('refcounts that are behind are worth a note once nobody writes to the image any more', () => {
  const marked = new Map([['/d.qcow2', 'dirty' as const]]);
  expect(codes(facts([internal('a')], { marked }))).toEqual(['note: image-dirty']);
  const domain = { uuid: 'u', name: 'g', active: true, managedSave: false, targets: ['vda'] };
  expect(codes(facts([internal('a')], { marked, domain }))).toEqual([]);
});

test('what could not be asked is said, and is no finding', () => {
  const unknown = { exists: null, virtualBytes: null, allocatedBytes: null };
  const report = assessHealth(facts([internal('a')], { files: new Map([['/d.qcow2', unknown]]), unlisted: ['/'] }));
  expect(report.findings).toEqual([]);
  expect(report.unchecked.join('\n')).toMatch(/“\/d\.qcow2”[\s\S]*“\/”/);
});

test('a managed save is no matter for internal snapshots', () => {
  const domain = { uuid: 'u', name: 'g', active: false, managedSave: true, targets: ['vda'] };
  expect(codes(facts([internal('a')], { domain }))).toEqual([]);
});

test('deleting a snapshot whose disk is detached is dangerous on 9.0 only, while the guest runs', () => {
  const domain = { uuid: 'u', name: 'g', active: true, managedSave: false, targets: [] };
  const old = { libvirtVersion: 9_000_000 };
  expect(codes(facts([internal('a')], { domain, ...old }))).toEqual(['warning: disk-detached']);
  expect(codes(facts([internal('a')], { domain }))).toEqual(['note: disk-detached']);
  const off = { ...domain, active: false };
  expect(codes(facts([internal('a')], { domain: off, ...old }))).toEqual(['note: disk-detached']);
});

test('the worst comes first, and many names are cut short', () => {
  const gone = { exists: false, virtualBytes: null, allocatedBytes: null };
  const given = facts([internal('a', { parent: 'lost' })], { files: new Map([['/d.qcow2', gone]]) });
  expect(codes(given)).toEqual(['broken: active-missing', 'warning: unknown-parent']);
  expect(named(['a'])).toBe('“a”');
  expect(named(['a', 'b'])).toBe('“a” and “b”');
  expect(named(['a', 'b', 'c', 'd', 'e'])).toBe('“a”, “b”, “c” and 2 more');
});
