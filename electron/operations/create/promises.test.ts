import { expect, it } from 'vitest';
import type { ImageTag } from '../../../shared/libvirt/image-tags.ts';
import { assessCreate } from '../../../shared/operations/create/assess.ts';
import { disk, draft, facts, offFacts } from '../../../shared/operations/create/fixtures.ts';
import type { CreateDraft, CreateFacts, Snapshot } from '../../../shared/schema.ts';
import { differencesOfTaken, isUseless, leftBehind, notCompared } from './promises.ts';
import type { CreateExpected, CreateSeen } from './verify.ts';

const tag = (name: string, vmStateBytes = 0): ImageTag => ({
  id: '1',
  name,
  vmStateBytes,
  dateSec: 1,
  diskBytes: null,
});

function expected(of: CreateFacts, mode: CreateDraft['mode'], change: Partial<CreateDraft> = {}): CreateExpected {
  const { row, disks, files } = assessCreate(of, draft(of, mode, change), { uri: null, domain: 'web-01' });
  if (!row) throw new Error('no row');
  return { name: 'fresh', row, disks, files, before: of };
}

/** Everything as it was promised. */
function asPromised({ row, disks, files, before }: CreateExpected): CreateSeen {
  const overlay = (target: string) => files.overlays.find((each) => each.target === target)?.file;
  const now = before.disks.map((each) => {
    const file = overlay(each.target);
    return file === undefined || !each.image ? each : { ...each, image: { ...each.image, path: file } };
  });
  const snapshot: Snapshot = {
    name: 'fresh',
    description: '',
    parent: null,
    createdAt: 1,
    state: row.state === 'guest' ? before.state : row.state,
    memory: row.memory,
    kind: row.disks,
    disks: disks.map(({ target, location, file }) => ({
      target,
      kind: location === 'no' ? 'none' : location,
      ...(file ? { file } : {}),
    })),
  };
  const inside = disks.filter(({ location }) => location === 'internal');
  return {
    state: row.halt ? 'shutoff' : before.state,
    reason: '',
    current: 'fresh',
    snapshot,
    memoryFile: files.memory,
    disks: now,
    next: now,
    present: [...files.overlays.map(({ file }) => file), ...(files.memory === null ? [] : [files.memory])],
    tags: new Map(
      inside.map(({ target }, n) => [target, [tag('fresh', row.memory === 'internal' && n === 0 ? 9 : 0)]]),
    ),
  };
}

const internal = expected(facts(), 'memory-internal');
const outside = expected(facts(), 'memory-external');
const seen = asPromised(internal);
const taken = seen.snapshot as Snapshot;
const elsewhere = (target: string, path: string) =>
  asPromised(outside).disks.map((each) => (each.target === target ? disk(target, { path }) : each));

it.each([
  ['memory, inside', internal],
  ['memory, outside', outside],
  ['disks only', expected(facts(), 'disks-external')],
  ['off, inside', expected(offFacts(), 'disks-internal')],
  [
    'off, outside, one left out',
    expected(offFacts(), 'disks-external', { disks: [{ target: 'vdb', include: false, file: '' }] }),
  ],
  ['left off', expected(facts(), 'memory-internal', { halt: true })],
])('what came as promised has no differences: %s', (_, each) => {
  expect(differencesOfTaken(asPromised(each), each)).toEqual([]);
  expect(isUseless(asPromised(each), each)).toBe(false);
  expect(notCompared(asPromised(each))).toEqual([]);
});

it.each<[string, CreateExpected, Partial<CreateSeen>, string]>([
  ['not listed', internal, { snapshot: null }, 'libvirt does not list “fresh”.'],
  ['not current', internal, { current: 'other' }, '“fresh” is not the current snapshot.'],
  ['other memory', internal, { snapshot: { ...taken, memory: 'none' } }, 'Its memory is none; internal was planned.'],
  [
    'another state',
    internal,
    { snapshot: { ...taken, state: 'paused' } },
    'It has the guest paused; running was expected.',
  ],
  [
    'outside in place of inside',
    internal,
    { snapshot: { ...taken, disks: taken.disks.map((each) => ({ ...each, kind: 'external' })) } },
    'vda is saved below a new file; it should be saved inside its image.',
  ],
  [
    'a disk left out',
    internal,
    { snapshot: { ...taken, disks: taken.disks.filter(({ target }) => target !== 'vdb') } },
    'vdb is left out; it should be saved inside its image.',
  ],
  [
    'a disk that moved',
    internal,
    { disks: [disk('vda', { path: '/x' }), disk('vdb')] },
    'vda writes to /x, not to /var/lib/libvirt/images/vda.qcow2.',
  ],
  [
    'an overlay elsewhere',
    outside,
    { disks: elsewhere('vda', '/x') },
    'vda writes to /x, not to /var/lib/libvirt/images/vda.fresh.',
  ],
  [
    'the stored configuration left behind',
    outside,
    { next: elsewhere('vda', '/x') },
    'At the next start, vda writes to /x, not to /var/lib/libvirt/images/vda.fresh.',
  ],
  [
    'memory elsewhere',
    outside,
    { memoryFile: '/m' },
    'Its memory is in /m; /var/lib/libvirt/images/web-01.fresh.mem was planned.',
  ],
  [
    'memory gone',
    outside,
    { present: [] },
    'The file /var/lib/libvirt/images/web-01.fresh.mem with its memory could not be found.',
  ],
  ['a guest that stopped', internal, { state: 'shutoff' }, 'The domain is shut off; it was running.'],
  [
    'not in an image',
    internal,
    {
      tags: new Map([
        ['vda', [tag('fresh', 9)]],
        ['vdb', []],
      ]),
    },
    'The image of vdb does not contain the snapshot.',
  ],
  [
    'twice in an image',
    internal,
    { tags: new Map([['vda', [tag('fresh'), tag('fresh', 9)]]]) },
    'The image of vda contains 2 snapshots with this name, and the oldest one is used.',
  ],
  [
    'without memory in the images',
    internal,
    { tags: new Map([['vda', [tag('fresh')]]]) },
    'No image contains the memory of the guest.',
  ],
])('%s is told', (_, each, change, sentence) => {
  expect(differencesOfTaken({ ...asPromised(each), ...change }, each)).toContain(sentence);
});

it('what is in no image is of no use, and what could not be read is said', () => {
  expect(isUseless({ ...seen, tags: new Map([['vda', []]]) }, internal)).toBe(true);
  const unread = { ...seen, tags: new Map([['vda', null]]) };
  expect(isUseless(unread, internal)).toBe(false);
  expect(notCompared(unread)).toEqual([
    'It is not known whether the image of vda contains it: no storage pool covers it.',
  ]);
});

it('what one that was not taken leaves behind is told', () => {
  const nothing: CreateSeen = {
    ...seen,
    snapshot: null,
    current: null,
    memoryFile: null,
    present: [],
    tags: new Map(),
  };
  expect(leftBehind(nothing, internal)).toEqual([]);
  const { snapshot: _, ...files } = asPromised(outside);
  expect(leftBehind({ ...nothing, present: files.present }, outside)).toHaveLength(3);
  expect(leftBehind({ ...nothing, tags: new Map([['vda', [tag('fresh')]]]) }, internal)).toEqual([
    'The image of vda contains a snapshot “fresh” that libvirt does not list.',
  ]);
});
