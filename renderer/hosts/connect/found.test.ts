import { expect, test } from 'vitest';
import type { HostSource, SourceHost } from '../../../shared/schema.ts';
import { aHost } from '../../store/fixtures.ts';
import { foundGroups } from './found.ts';

const known = (name: string, uri: string, note = ''): SourceHost => ({
  name,
  uri,
  note,
  listed: false,
  unusable: null,
});
const source = (kind: HostSource['kind'], hosts: SourceHost[], more: Partial<HostSource> = {}): HostSource => ({
  ...{ kind, hosts, file: null, leftOut: 0, problem: null },
  ...more,
});
const ssh = source(
  'ssh-config',
  ['a', 'b', 'c', 'd'].map((name) => known(name, `qemu+ssh://${name}/system`, name === 'a' ? 'me@a.example' : '')),
  { file: '/home/me/.ssh/config' },
);
const nothing: ReadonlySet<string> = new Set();

test('three hosts of a source are shown, and the others when they are wanted', () => {
  const [local, config] = foundGroups([source('local', []), ssh], [], nothing);
  expect(local).toMatchObject({ rows: [], none: 'No libvirt is running on this computer.' });
  expect(config).toMatchObject({ title: 'Found in ~/.ssh/config', more: 1, none: null });
  expect(config?.rows.map(({ about }) => about)).toEqual([
    'me@a.example',
    'qemu+ssh://b/system',
    'qemu+ssh://c/system',
  ]);
  const all = foundGroups([source('local', []), ssh], [], new Set(['1']))[1];
  expect(all?.rows).toHaveLength(4);
  expect(all?.more).toBe(0);
});

test('a host that is in the list is told as it is there; the demo is not taken for this computer', () => {
  const local = source('local', [known('System', 'qemu:///system', 'running, and you may use it')]);
  const [demo] = foundGroups([local], [aHost({ kind: 'simulated' })], nothing);
  expect(demo?.rows).toMatchObject([
    { name: 'This computer, system', about: 'qemu:///system · running, and you may use it', host: undefined },
  ]);
  const [listed] = foundGroups([local], [aHost({ name: 'mine' })], nothing);
  expect(listed?.rows).toMatchObject([{ name: 'mine', host: { id: 'h' } }]);
});

test('a source that has nothing to say is left out', () => {
  expect(foundGroups([source('libvirt', []), source('virt-manager', [])], [], nothing)).toEqual([]);
  const broken = source('libvirt', [], { problem: 'It could not be read.' });
  expect(foundGroups([broken], [], nothing)).toMatchObject([{ problem: 'It could not be read.' }]);
});
