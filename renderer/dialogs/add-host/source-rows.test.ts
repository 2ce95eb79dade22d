import { expect, test } from 'vitest';
import type { HostSource, SourceHost } from '../../../shared/schema.ts';
import { shownSources } from './source-rows.ts';

const host = (name: string | null, uri: string): SourceHost => ({ name, uri, note: '', listed: false, unusable: null });
const source = (kind: HostSource['kind'], hosts: SourceHost[], problem: string | null = null): HostSource => ({
  kind,
  file: null,
  hosts,
  leftOut: 0,
  problem,
});
const shown = (sources: HostSource[], filter = '') =>
  shownSources(sources, filter).map(({ title, rows, problem, none }) => [
    title,
    rows.map(({ at, host: { uri } }) => `${at} ${uri}`),
    problem ?? none,
  ]);

const ssh = source('ssh-config', [host('kvm-a', 'qemu+ssh://kvm-a/system'), host('kvm-b', 'qemu+ssh://kvm-b/system')]);
const manager = source('virt-manager', [host(null, 'qemu+ssh://root@kvm-b/system')]);

test('rows are numbered through all sources', () => {
  expect(shown([source('local', []), ssh, manager])).toEqual([
    ['This computer', [], 'No libvirt socket was found.'],
    ['SSH configuration', ['0 qemu+ssh://kvm-a/system', '1 qemu+ssh://kvm-b/system'], null],
    ['virt-manager', ['2 qemu+ssh://root@kvm-b/system'], null],
  ]);
});

test('what is typed leaves those with all of its words, and what went wrong', () => {
  expect(shown([source('local', []), ssh, manager], 'KVM-b')).toEqual([
    ['SSH configuration', ['0 qemu+ssh://kvm-b/system'], null],
    ['virt-manager', ['1 qemu+ssh://root@kvm-b/system'], null],
  ]);
  expect(shown([ssh, manager], 'root kvm')).toEqual([['virt-manager', ['0 qemu+ssh://root@kvm-b/system'], null]]);
  expect(shown([ssh, source('libvirt', [], 'It is broken.')], 'none such')).toEqual([
    ['libvirt’s aliases', [], 'It is broken.'],
  ]);
});
