import { expect, it } from 'vitest';
import { assessCreate } from './assess.ts';
import { firstDraft, modeOffers, withDisk, withMode } from './draft.ts';
import { newPaths } from './files.ts';
import { disk, draft, emptyDrive, facts, offFacts, snapshot } from './fixtures.ts';
import { createRows, rowOf } from './modes.ts';
import { defaultOverlay } from './paths.ts';
import { createStaleness } from './staleness.ts';
import { prettyXml } from './xml.ts';

const virsh = { uri: 'qemu:///system', domain: 'web-01' };
const notes = (...args: Parameters<typeof assessCreate>) => assessCreate(...args).notes.map(({ text }) => text);

it('every row of the truth table is that of some draft, and of one alone', () => {
  const found = [facts(), offFacts()].flatMap((of) =>
    (['memory-internal', 'memory-external', 'disks-internal', 'disks-external'] as const).flatMap((mode) =>
      [true, false].flatMap((live) => [true, false].map((quiesce) => rowOf(of, draft(of, mode, { live, quiesce })))),
    ),
  );
  expect(new Set(found.filter((row) => row !== undefined))).toEqual(new Set(createRows));
});

it('what is offered first: memory while the guest is on, of the kind that is there', () => {
  expect(firstDraft(facts(), 'x').mode).toBe('memory-internal');
  expect(firstDraft(offFacts(), 'x').mode).toBe('disks-internal');
  expect(firstDraft(facts({ snapshots: [snapshot('a', 'external')] }), 'x')).toMatchObject({
    mode: 'memory-external',
    live: true,
    quiesce: false,
  });
  expect(firstDraft(offFacts({ disks: [disk('vda', { format: 'raw' })] }), 'x').mode).toBe('disks-external');
  expect(firstDraft(facts({ devices: [{ kind: 'shmem-peer', words: 'shared memory' }] }), 'x')).toMatchObject({
    mode: 'disks-external',
    quiesce: true,
  });
});

it('each kind that cannot be had says why', () => {
  const reasons = Object.fromEntries(modeOffers(offFacts()).map(({ mode, reason }) => [mode, reason]));
  expect(reasons).toEqual({
    'memory-internal': 'The guest is off, so there is no memory to save.',
    'memory-external': 'The guest is off, so there is no memory to save.',
    'disks-internal': null,
    'disks-external': null,
  });
});

it('another kind takes off what it cannot have', () => {
  const of = facts();
  const outside = withDisk(draft(of, 'disks-external', { quiesce: true }), 'vdb', { include: false });
  expect(withMode(of, outside, 'memory-internal')).toMatchObject({
    live: false,
    quiesce: false,
    disks: [{ target: 'vdb', include: true }],
  });
});

it('an overlay is named as libvirt names it', () => {
  expect(defaultOverlay(disk('vda', { path: '/srv/v.1/hda.one.two' }), 'three')).toBe('/srv/v.1/hda.one.three');
  expect(defaultOverlay(disk('vda', { path: '/srv/v.1/hda' }), 'x')).toBe('/srv/v.1/hda.x');
  expect(defaultOverlay(disk('vda', { type: 'network', path: 'rbd://pool/image' }), 'x')).toBe('');
  const of = facts();
  const chosen = withDisk(withDisk(draft(of, 'memory-external'), 'vda', { file: '/srv/a' }), 'vdb', { include: false });
  expect(newPaths(of, chosen)).toEqual(['/srv/a', '/var/lib/libvirt/images/web-01.fresh.mem']);
  expect(newPaths(of, draft(of, 'memory-internal'))).toEqual([]);
});

it('says what will happen to the guest, and where the data goes', () => {
  const of = facts();
  expect(notes(of, draft(of, 'memory-internal'), virsh)).toEqual([
    'The guest is paused while up to 2 GiB of memory is written, about 4 s to 21 s, depending on the storage.',
    'Disks and memory are saved inside the images of vda and vdb.',
    '1 TiB is free in /var/lib/libvirt/images.',
    'Once started it cannot be cancelled, and libvirt does not report its progress.',
  ]);
  const outside = withDisk(draft(of, 'memory-external'), 'vdb', { include: false });
  expect(notes(of, { ...outside, memoryFile: '/mnt/m' }, virsh)).toEqual([
    'The guest keeps running while up to 2 GiB of memory is written, and is paused for a moment at the end.',
    'New file for vda: /var/lib/libvirt/images/vda.fresh',
    'New file for the memory: /mnt/m',
    'vdb is left out.',
    '1 TiB is free in /var/lib/libvirt/images.',
    'The free space in /mnt is not known: no storage pool covers it.',
    'It can be cancelled while the memory is written.',
  ]);
  expect(notes(offFacts(), draft(offFacts(), 'disks-internal'), virsh)[0]).toBe('The guest is off and stays off.');
  const paused = facts({ state: 'paused' });
  expect(notes(paused, draft(paused, 'memory-internal'), virsh)[0]).toContain('stays paused');
});

it('the command of virsh', () => {
  const of = facts();
  const line = (...args: Parameters<typeof draft> extends [unknown, ...infer R] ? R : never) =>
    assessCreate(of, draft(of, ...args), virsh).virsh;
  expect(line('memory-internal', { description: 'why not' })).toBe(
    "virsh -c qemu:///system snapshot-create-as web-01 fresh --description 'why not' --atomic --diskspec vda,snapshot=internal --diskspec vdb,snapshot=internal",
  );
  const disks = [
    { target: 'vda', include: true, file: '/srv/a,b' },
    { target: 'vdb', include: false, file: '' },
  ];
  expect(line('disks-external', { disks, name: '-dash' })).toBe(
    'virsh -c qemu:///system snapshot-create-as web-01 --name=-dash --disk-only --quiesce --atomic --diskspec vda,file=/srv/a,,b,snapshot=external --diskspec vdb,snapshot=no --diskspec sda,snapshot=no',
  );
  expect(line('memory-external', { memoryFile: '/srv/m n', disks })).toContain(
    "--live --atomic --memspec 'file=/srv/m n,snapshot=external' --diskspec",
  );
  expect(line('disks-internal')).toBeNull();
});

it('what is no longer as it was read is told', () => {
  const before = facts();
  expect(createStaleness(before, facts())).toEqual([]);
  expect(createStaleness(before, { ...before, state: 'paused', agent: 'disconnected' })).toEqual([
    'The domain was running and is paused now.',
    'No guest agent answers now.',
  ]);
  expect(createStaleness(before, { ...before, files: { exists: {}, free: {} } })).toEqual([]);
});

it('the request names every disk, and leaves nothing to a default', () => {
  const of = facts({
    disks: [
      disk('vda', { snapshot: 'external' }),
      disk('vdb', { snapshot: 'no' }),
      emptyDrive,
      disk('vdc', { readonly: true }),
    ],
  });
  const asked = (...args: Parameters<typeof draft> extends [unknown, ...infer R] ? R : never) => {
    const { xml } = assessCreate(of, draft(of, ...args), virsh);
    return /<memory.*<\/disks>/.exec(xml ?? '')?.[0];
  };
  const named = (target: string, location: string) => `<disk name='${target}' snapshot='${location}'/>`;
  // An empty drive beside internal disks must not be named: 67.
  expect(asked('memory-internal')).toBe(
    `<memory snapshot='internal'/><disks>${named('vda', 'internal')}${named('vdb', 'internal')}${named('vdc', 'no')}</disks>`,
  );
  expect(asked('disks-external', { disks: [{ target: 'vda', include: true, file: "/a 'b' & <c>" }] })).toBe(
    `<memory snapshot='no'/><disks><disk name='vda' snapshot='external'><source file='/a &apos;b&apos; &amp; &lt;c&gt;'/></disk>${named('vdb', 'no')}${named('sda', 'no')}${named('vdc', 'no')}</disks>`,
  );
});

it('to be read, the request has a line for each element', () => {
  const { xml } = assessCreate(facts(), draft(facts(), 'memory-external', { description: 'a > b' }), virsh);
  expect(
    prettyXml(xml ?? '')
      .split('\n')
      .slice(0, 6),
  ).toEqual([
    '<domainsnapshot>',
    '  <name>fresh</name>',
    '  <description>a &gt; b</description>',
    "  <memory snapshot='external' file='/var/lib/libvirt/images/web-01.fresh.mem'/>",
    '  <disks>',
    "    <disk name='vda' snapshot='external'>",
  ]);
  expect(prettyXml(xml ?? '').endsWith('\n</domainsnapshot>')).toBe(true);
});

it('the guest is left off where that is asked for', () => {
  const of = facts();
  for (const mode of ['memory-internal', 'memory-external', 'disks-external'] as const) {
    const { row, virsh: line, notes: said } = assessCreate(of, draft(of, mode, { halt: true }), virsh);
    expect(row).toMatchObject({ halt: true });
    expect(line).toContain('--halt');
    expect(said[0]?.text).toMatch(/^The guest is switched off once .* and stays off\.$/);
  }
  expect(rowOf(offFacts(), draft(offFacts(), 'disks-internal', { halt: true }))).toMatchObject({ halt: false });
});
