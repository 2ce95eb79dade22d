import type { MemoryDevice } from '../../libvirt/devices.ts';
import type { ErrorName } from '../../libvirt/flags.ts';
import { type Versions, version } from '../../libvirt/versions.ts';
import type { Need } from '../../rule.ts';
import { hasMemory } from './modes.ts';
import type { CreateCase, CreateRule } from './rule.ts';
import { listed } from './text.ts';

/**
 * Whether memory is saved beside a device (qemuMigrationSrcIsAllowed of 7.0, 9.0 and 11.3). From 8.6 on libvirt leaves
 * most of it to QEMU, which tells what is in the way only once it is asked for the snapshot: then nobody knows before.
 */
interface Row extends Versions {
  readonly kind: MemoryDevice['kind'];
  readonly answer: ErrorName | 'asks-qemu';
}

const { asksQemu, savesVirtiofs, dropsLegacyShmemCheck } = version;
export const memoryRows: readonly Row[] = [
  ...(['pci', 'mdev', 'scsi', 'scsi-host', 'capabilities'] as const).flatMap((kind): Row[] => [
    { kind, until: asksQemu, answer: 'OPERATION_UNSUPPORTED' },
    { kind, since: asksQemu, answer: 'asks-qemu' },
  ]),
  { kind: 'vdpa', until: asksQemu, answer: 'OPERATION_INVALID' },
  { kind: 'vdpa', since: asksQemu, answer: 'asks-qemu' },
  { kind: 'virtiofs', until: savesVirtiofs, answer: 'OPERATION_INVALID' },
  { kind: 'virtiofs', since: savesVirtiofs, answer: 'asks-qemu' },
  { kind: 'virtiofs-socket', until: savesVirtiofs, answer: 'OPERATION_INVALID' },
  { kind: 'virtiofs-socket', since: savesVirtiofs, answer: 'asks-qemu' },
  { kind: 'shmem-legacy', until: dropsLegacyShmemCheck, answer: 'OPERATION_INVALID' },
  { kind: 'shmem-legacy', since: dropsLegacyShmemCheck, answer: 'asks-qemu' },
  { kind: 'shmem-peer', answer: 'OPERATION_INVALID' },
  { kind: 'dimm', answer: 'OPERATION_INVALID' },
  { kind: 'invtsc', answer: 'OPERATION_INVALID' },
  { kind: 'unmigratable', since: asksQemu, answer: 'OPERATION_INVALID' },
  { kind: 'unmigratable', until: asksQemu, answer: 'OPERATION_FAILED' }, // into a file: INTERNAL_ERROR
  { kind: 'unknown', answer: 'asks-qemu' },
];

function inTheWay({ facts, draft }: CreateCase, of: (row: Row) => boolean, { since = 0, until = Infinity }: Versions) {
  if (!hasMemory(draft.mode) || !facts.active) return [];
  const kinds = memoryRows.filter((row) => of(row) && (row.since ?? 0) === since && (row.until ?? Infinity) === until);
  return facts.devices.filter(({ kind }) => kinds.some((row) => row.kind === kind)).map(({ words }) => words);
}

/** One rule for each answer in each span of versions, so that each has the versions in its row. */
const spans = [...new Map(memoryRows.map((row) => [`${row.since}-${row.until}-${row.answer}`, row])).values()];

export const memoryRules: readonly CreateRule[] = spans.flatMap(({ since, until, answer }) => {
  if (answer === 'asks-qemu') return [];
  const devices = (c: CreateCase) => inTheWay(c, (row) => row.answer === answer, { since, until });
  return [
    {
      code: 'MEMORY_DEVICE',
      driver: 'QEMU',
      since,
      until,
      about: 'mode',
      answer,
      source: 'qemuMigrationSrcIsAllowed',
      when: (c) => devices(c).length > 0,
      text: (c) => `The memory of a guest with ${listed(devices(c))} cannot be saved.`,
    },
  ];
});

export const memoryNeeds: readonly Need<CreateCase>[] = spans.flatMap(({ since, until, answer }) => {
  if (answer !== 'asks-qemu') return [];
  const devices = (c: CreateCase) => inTheWay(c, (row) => row.answer === answer, { since, until });
  return [
    {
      code: 'MEMORY_DEVICE',
      driver: 'QEMU',
      since,
      until,
      matters: (c) => devices(c).length > 0,
      known: () => false,
      text: (c) =>
        `It is not known whether QEMU can save the memory of a guest with ${listed(devices(c))}. If it cannot, libvirt reports an error and nothing is changed.`,
    },
  ];
});
