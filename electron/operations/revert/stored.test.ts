import { describe, expect, it } from 'vitest';
import { diskLayers, type Probed } from '../../../shared/chain.ts';
import { imagesOf } from '../../../shared/libvirt/disks.ts';
import type { DiskFact } from '../../../shared/schema.ts';
import type { KnownLayers } from '../../inspect/health/layers.ts';
import { readDisks } from '../../libvirt/disks.ts';
import { FakeCaller, refusal } from '../../libvirt/fake-caller.ts';
import { StoredSnapshot } from '../../libvirt/stored-snapshot.ts';
import { parseXml } from '../../libvirt/xml.ts';
import { configsOf, filesNamed, neededFiles, storedFacts } from './stored.ts';

const disk = (target: string, file: string | null, more = '') =>
  `<disk type='file' device='${target.startsWith('sd') ? 'cdrom' : 'disk'}'><driver name='qemu' type='qcow2'/>${file === null ? '' : `<source file='${file}'/>`}<target dev='${target}'/>${more}</disk>`;
const config = (disks: string, more = '', tag = 'domain') =>
  `<${tag} type='kvm'><name>web</name>${more}<devices>${disks}</devices></${tag}>`;
interface Given {
  state?: string;
  kept?: string;
  memory?: string;
  domain?: string;
  inactive?: string;
}
const snapshot = ({ state = 'shutoff', kept = '', memory = '', domain = '', inactive = '' }: Given = {}) =>
  StoredSnapshot.parse(
    's',
    `<domainsnapshot><name>s</name><state>${state}</state>${memory}<disks>${kept}</disks>${domain}${inactive}</domainsnapshot>`,
  );
const internal = (target: string) => `<disk name='${target}' snapshot='internal'/>`;

describe('which configurations a revert puts back', () => {
  const domain = config(disk('vda', '/running'));
  const inactive = config(disk('vda', '/next'), '', 'inactiveDomain');
  const paths = (given: Given) => {
    const { live, next, hasNext } = configsOf(snapshot(given));
    const of = (each: typeof live) => readDisks(each)[0]?.image?.path ?? null;
    return [of(live), of(next), hasNext];
  };
  it.each<[string, Given, (string | boolean | null)[]]>([
    ['of a guest with memory', { state: 'running', domain, inactive }, ['/running', '/next', true]],
    ['of one from before libvirt kept two', { state: 'paused', domain }, ['/running', '/running', false]],
    ['of a domain that was off', { domain }, ['/running', '/running', false]],
    ['of the disks of a running guest', { state: 'disk-snapshot', domain, inactive }, ['/next', '/next', true]],
    ['of metadata without any', {}, [null, null, false]],
    ['of an ancient libvirt', { domain: '<domain><uuid>1</uuid></domain>' }, [null, null, false]],
  ])('%s', (_, given, expected) => expect(paths(given)).toEqual(expected));
});

it('every file that one of them names is to be looked at, with what lies below', () => {
  const aimed = snapshot({
    state: 'running',
    memory: "<memory snapshot='external' file='/mem'/>",
    domain: config(
      `${disk('vda', '/a', "<backingStore type='file'><format type='qcow2'/><source file='/said'/></backingStore>")}${disk('sda', null)}`,
    ),
    inactive: config(disk('vda', '/b'), '', 'inactiveDomain'),
  });
  const probed: Probed = new Map([
    ['/b', { path: '/below', type: 'file', format: 'raw' }],
    ['/below', null],
  ]);
  const layers = diskLayers([{ target: 'vda', path: '/b', type: 'file', format: 'qcow2', below: [] }], [], probed);
  expect(new Set(filesNamed(aimed, layers))).toEqual(new Set(['/a', '/said', '/b', '/below', '/mem']));
  expect(filesNamed(snapshot(), [])).toEqual([]);
});

describe('what a guest starts with besides its disks', () => {
  const os =
    "<os><loader type='pflash'>/ovmf</loader><nvram>/vars</nvram><kernel>/vmlinuz</kernel><initrd> </initrd></os>";
  const caller = new FakeCaller({
    domainSaveImageGetXmlDesc: ({ file }) => {
      throw refusal(file === '/vmlinuz' ? 'SYSTEM_ERROR' : file === '/vars' ? 'OPERATION_DENIED' : 'OPERATION_FAILED');
    },
  });
  it('is looked for, each', async () => {
    expect(await neededFiles(caller, snapshot({ domain: config('', os) }))).toEqual([
      { role: 'kernel', path: '/vmlinuz', exists: false },
      { role: 'loader', path: '/ovmf', exists: true },
      { role: 'nvram', path: '/vars', exists: null },
    ]);
  });
  it('is nothing where nothing is said', async () => {
    expect(await neededFiles(caller, snapshot({ domain: config('') }))).toEqual([]);
    expect(await neededFiles(caller, snapshot())).toEqual([]);
  });
});

describe('the facts', () => {
  interface Now {
    today?: string;
    probed?: Probed;
    /** By path. */
    files?: Readonly<Record<string, boolean | null>>;
    facts?: readonly Partial<DiskFact>[];
  }
  const factsOf = (given: Given, { today = '', probed = new Map(), files = {}, facts = [] }: Now = {}) => {
    const aimed = snapshot(given);
    const live = parseXml(config(today), 'domain');
    const current = readDisks(live);
    const known = {
      disks: diskLayers(imagesOf(current), [aimed.disks], probed),
      formats: new Map(),
      files: new Map(Object.entries(files).map(([path, exists]) => [path, { path, exists, bytes: null }])),
    } as unknown as KnownLayers;
    return storedFacts({ aimed, known, current, disks: facts as DiskFact[], files: [], contents: new Map() });
  };
  const one = (...args: Parameters<typeof factsOf>) => factsOf(...args).disks[0];
  const vda = { kept: internal('vda'), domain: config(disk('vda', '/a')) };

  it('of a disk: how it is kept, what is there, and what that disk is today', () => {
    const probed: Probed = new Map([
      ['/a', { path: '/base', type: 'file', format: 'raw' }],
      ['/base', null],
    ]);
    const files = { '/a': true, '/base': false };
    expect(one(vda, { today: disk('vda', '/a'), probed, files })).toMatchObject({
      target: 'vda',
      kind: 'internal',
      below: [{ path: '/base', type: 'file', format: 'raw' }],
      missing: ['/base'],
      unseen: [],
      attached: true,
      now: '/a',
      related: true,
    });
  });

  it('of a disk that the snapshot does not mention, and that the domain has no longer', () => {
    expect(
      one({ domain: config(disk('vdb', '/b')) }, { today: disk('vda', '/a'), files: { '/b': true } }),
    ).toMatchObject({ kind: 'none', missing: [], unseen: [], attached: false, now: null, related: null });
  });

  it('of a drive without a medium: nothing has to be there', () => {
    expect(one({ domain: config(disk('sda', null)) }, { today: disk('sda', '/iso') })).toMatchObject({
      image: null,
      missing: [],
      unseen: [],
      now: '/iso',
      related: null,
    });
  });

  it('what could not be looked at is not there, unless the running guest has it open', () => {
    const today = disk('vda', '/a');
    expect(one(vda, { today })?.unseen).toEqual(['/a']);
    expect(one(vda, { today, files: { '/a': null } })?.unseen).toEqual(['/a']);
    const open = { target: 'vda', missing: false, allocationBytes: 1 };
    expect(one(vda, { today, facts: [open] })?.unseen).toEqual([]);
    expect(one(vda, { today, facts: [{ ...open, allocationBytes: null }] })?.unseen).toEqual(['/a']);
    expect(one(vda, { today, facts: [{ ...open, missing: true }] })?.unseen).toEqual(['/a']);
    expect(one(vda, { today: disk('vda', '/other'), facts: [open] })?.unseen).toEqual(['/a']);
  });

  it('images of one tree belong together; others do not; and what was not read is not known', () => {
    const over = (path: string) => ({ path, type: 'file', format: 'qcow2' });
    const relation = (now: string, probed: Probed) => one(vda, { today: disk('vda', now), probed })?.related;
    const root = ['/a', null] as const;
    expect(relation('/a', new Map())).toBe(true);
    expect(relation('/a.over', new Map([root, ['/a.over', over('/a')]]))).toBe(true);
    expect(
      relation(
        '/beside',
        new Map([
          ['/a', over('/base')],
          ['/beside', over('/base')],
        ]),
      ),
    ).toBe(true);
    expect(relation('/copy', new Map([root, ['/copy', null]]))).toBe(false);
    expect(relation('/copy', new Map([root]))).toBeNull();
  });

  it('drives that are no plain files are those of <domain>, empty ones too', () => {
    const block = "<disk type='block' device='cdrom'><target dev='sda'/></disk>";
    const given = { state: 'running', domain: config(`${disk('vda', '/a')}${block}`) };
    expect(factsOf({ ...given, inactive: config(disk('vda', '/a'), '', 'inactiveDomain') }).notFiles).toEqual(['sda']);
  });

  it('the next start is told of only where it needs something else', () => {
    const given = {
      state: 'running',
      domain: config(`${disk('vda', '/a')}${disk('sda', '/x.iso')}`),
      inactive: config(`${disk('vda', '/a')}${disk('sda', '/y.iso')}${disk('vdb', '/z')}`, '', 'inactiveDomain'),
    };
    expect(factsOf(given, { files: { '/a': false, '/x.iso': true, '/y.iso': false } }).next).toEqual({
      missing: ['/y.iso'],
      unseen: ['/z'],
    });
  });

  it('firmware, TPM, generation ID and memory', () => {
    const devices = "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>";
    const domain = config(devices, "<genid>1</genid><os><nvram format='qcow2'>/vars</nvram></os>");
    const memory = "<memory snapshot='external' file='/mem'/>";
    expect(factsOf({ state: 'running', domain, memory }, { files: { '/mem': false } })).toMatchObject({
      nvram: 'qcow2',
      tpm: true,
      genid: true,
      memoryFile: { path: '/mem', exists: false },
    });
    expect(factsOf({ state: 'running', domain, memory }).memoryFile).toEqual({ path: '/mem', exists: null });
    const through = config("<tpm model='tpm-tis'><backend type='passthrough'/></tpm>");
    expect(factsOf({ domain: through })).toMatchObject({ nvram: null, tpm: true, genid: false, memoryFile: null });
  });

  it('metadata without a configuration has no disks', () => {
    expect(factsOf({ kept: internal('vda') })).toMatchObject({
      disks: [],
      files: [],
      notFiles: [],
      nvram: null,
      tpm: false,
    });
  });
});
