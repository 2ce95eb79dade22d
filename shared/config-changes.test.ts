import { describe, expect, it } from 'vitest';
import { configChanges, type DomainConfig, describeChange } from './config-changes.ts';

const config: DomainConfig = {
  memoryBytes: 2 * 1024 ** 3,
  vcpus: 2,
  arch: 'x86_64',
  machine: 'pc-q35-9.2',
  cpu: 'host-passthrough',
  firmware: '',
  disks: { vda: { bus: 'virtio', device: 'disk' } },
  interfaces: { '52:54:00:00:00:01': { model: 'virtio', source: 'default' } },
  graphics: ['vnc'],
};
const nothing: DomainConfig = {
  memoryBytes: null,
  vcpus: null,
  arch: '',
  machine: '',
  cpu: '',
  firmware: '',
  disks: {},
  interfaces: {},
  graphics: [],
};
const told = (then: Partial<DomainConfig>, now: Partial<DomainConfig>) =>
  configChanges({ ...config, ...then }, { ...config, ...now }).map((change) => [describeChange(change), change.abi]);

describe('configChanges', () => {
  it('finds nothing between equals, and nothing between nothing', () => {
    expect(configChanges(config, JSON.parse(JSON.stringify(config)))).toEqual([]);
    expect(configChanges(nothing, nothing)).toEqual([]);
  });

  it.each<[string, Partial<DomainConfig>, string, boolean]>([
    ['memory', { memoryBytes: 4 * 1024 ** 3 }, 'Memory: 2 GiB in the snapshot, 4 GiB now', true],
    ['vcpus', { vcpus: 8 }, 'Virtual CPUs: 2 in the snapshot, 8 now', true],
    ['arch', { arch: 'aarch64' }, 'Architecture: x86_64 in the snapshot, aarch64 now', true],
    ['machine', { machine: 'pc' }, 'Machine type: pc-q35-9.2 in the snapshot, pc now', true],
    ['cpu', { cpu: 'EPYC' }, 'CPU: host-passthrough in the snapshot, EPYC now', true],
    ['firmware', { firmware: 'efi' }, 'Firmware was added since (efi)', true],
    ['graphics', { graphics: ['spice', 'vnc'] }, 'Graphics: vnc in the snapshot, spice, vnc now', false],
    ['no graphics', { graphics: [] }, 'Graphics was removed since (vnc)', false],
    [
      'disk bus',
      { disks: { vda: { bus: 'scsi', device: 'disk' } } },
      'Disk vda: virtio, disk in the snapshot, scsi, disk now',
      true,
    ],
    [
      'disk added',
      { disks: { ...config.disks, vdb: { bus: 'virtio', device: 'disk' } } },
      'Disk vdb was added since (virtio, disk)',
      true,
    ],
    ['disk removed', { disks: {} }, 'Disk vda was removed since (virtio, disk)', true],
    [
      'network added',
      { interfaces: { ...config.interfaces, m: { model: '', source: '' } } },
      'Network m was added since (present)',
      true,
    ],
    [
      'network',
      { interfaces: { '52:54:00:00:00:01': { model: 'e1000', source: 'default' } } },
      'Network 52:54:00:00:00:01: virtio, default in the snapshot, e1000, default now',
      true,
    ],
  ])('%s', (_, now, sentence, abi) => {
    expect(told({}, now)).toEqual([[sentence, abi]]);
  });

  it('tells all changes, and each the other way round', () => {
    expect(told({ memoryBytes: null, vcpus: null }, {})).toEqual([
      ['Memory was added since (2 GiB)', true],
      ['Virtual CPUs was added since (2)', true],
    ]);
    expect(configChanges(config, nothing)).toHaveLength(configChanges(nothing, config).length);
    expect(configChanges(config, nothing).map((change) => change.now)).toEqual(Array(8).fill(''));
  });

  it('zero is a value', () => {
    expect(told({ memoryBytes: 0 }, { memoryBytes: 1024 })).toEqual([
      ['Memory: 0 bytes in the snapshot, 1 KiB now', true],
    ]);
  });
});
