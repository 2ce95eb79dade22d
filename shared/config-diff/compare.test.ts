import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CompareOptions, compareConfigs } from './compare.ts';
import { disk, domain, el, withDevices } from './testing.ts';
import { type ConfigNode, fingerprint } from './tree.ts';

const offline: CompareOptions = { running: false, links: [] };

/** Each difference as `label: snapshot > now`, with the sign of its kind. */
function told(then: ConfigNode, now: ConfigNode, options = offline): string[] {
  const signs = { changed: '~', 'added since': '+', 'removed since': '-' };
  return compareConfigs(then, now, options).changes.map(
    ({ kind, label, snapshot, now: after }) => `${signs[kind]} ${label}: ${snapshot} > ${after}`,
  );
}

const nic = (mac: string, model: string, network = 'default') =>
  el(
    'interface',
    { type: 'network' },
    el('mac', { address: mac }),
    el('source', { network }),
    el('model', { type: model }),
  );
const memory = (kib: number) => el('memory', { unit: 'KiB' }, `${kib}`);
const os = (machine: string, ...more: ConfigNode[]) =>
  el('os', el('type', { arch: 'x86_64', machine }, 'hvm'), ...more);
const cpu = (mode: string, ...more: ConfigNode[]) => domain(el('cpu', { mode }, ...more));
const pci = (slot: string) => el('address', { type: 'pci', domain: '0x0000', bus: '0x01', slot, function: '0x0' });
const hostdev = (slot: string) => el('hostdev', { mode: 'subsystem', type: 'pci' }, el('source', pci(slot)));

const cases: readonly [name: string, then: ConfigNode, now: ConfigNode, expected: readonly string[]][] = [
  ['memory', domain(memory(2 ** 21)), domain(memory(2 ** 22)), ['~ Memory: 2 GiB > 4 GiB']],
  [
    'memory that rounds to the same',
    domain(memory(2 ** 21)),
    domain(memory(2 ** 21 + 4)),
    ['~ Memory: 2097152 unit=KiB > 2097156 unit=KiB'],
  ],
  [
    'vCPUs',
    domain(el('vcpu', '2')),
    domain(el('vcpu', { current: '2' }, '4')),
    ['~ Virtual CPUs in use:  > 2', '~ Virtual CPUs: 2 > 4'],
  ],
  ['the machine', domain(os('pc-q35-8.0')), domain(os('pc-q35-9.2')), ['~ Machine type: pc-q35-8.0 > pc-q35-9.2']],
  [
    'the boot order, one value',
    domain(os('q35', el('boot', { dev: 'hd' }), el('boot', { dev: 'network' }))),
    domain(os('q35', el('boot', { dev: 'network' }), el('boot', { dev: 'hd' }))),
    ['~ Boot order: hd, network > network, hd'],
  ],
  [
    'firmware',
    domain(os('q35')),
    domain(el('os', { firmware: 'efi' }, el('type', { arch: 'x86_64', machine: 'q35' }, 'hvm'))),
    ['~ Firmware:  > efi'],
  ],
  [
    'the CPU and its features',
    cpu('custom', el('model', 'EPYC'), el('feature', { policy: 'require', name: 'vmx' })),
    cpu('custom', el('model', 'EPYC-Rome'), el('feature', { policy: 'disable', name: 'vmx' })),
    ['~ CPU model: EPYC > EPYC-Rome', '~ CPU feature vmx: require > disable'],
  ],
  [
    'a feature',
    domain(el('features', el('acpi'))),
    domain(el('features', el('acpi'), el('smm', { state: 'on' }))),
    ['+ Feature smm:  > on'],
  ],
  [
    'a disk that came',
    withDevices(disk('vda', '/a')),
    withDevices(disk('vda', '/a'), disk('vdb', '/b')),
    ['+ Disk vdb:  > virtio, qcow2, /b'],
  ],
  [
    'a disk that went',
    withDevices(disk('vda', '/a'), disk('vdb', '/b')),
    withDevices(disk('vda', '/a')),
    ['- Disk vdb: virtio, qcow2, /b > '],
  ],
  ['a disk’s image', withDevices(disk('vda', '/a')), withDevices(disk('vda', '/b')), ['~ Disk vda: source: /a > /b']],
  [
    'a disk’s bus and cache',
    withDevices(disk('vda', '/a')),
    withDevices(
      el(
        'disk',
        { type: 'file', device: 'disk' },
        el('driver', { name: 'qemu', type: 'qcow2', cache: 'none' }),
        el('source', { file: '/a' }),
        el('target', { dev: 'vda', bus: 'scsi' }),
      ),
    ),
    ['~ Disk vda: cache:  > none', '~ Disk vda: bus: virtio > scsi'],
  ],
  [
    'a part of a disk that has no words',
    withDevices(disk('vda', '/a', [el('iotune', el('read_bytes_sec', '5'))])),
    withDevices(disk('vda', '/a', [el('iotune', el('read_bytes_sec', '6'))])),
    ['~ Disk vda: <iotune> <read_bytes_sec>: 5 > 6'],
  ],
  [
    'network cards by MAC address',
    withDevices(nic('52:54:00:aa:00:01', 'e1000'), nic('52:54:00:aa:00:02', 'virtio')),
    withDevices(nic('52:54:00:aa:00:02', 'virtio', 'dmz'), nic('52:54:00:aa:00:01', 'virtio')),
    ['~ Network 52:54:00:aa:00:01: model: e1000 > virtio', '~ Network 52:54:00:aa:00:02: network: default > dmz'],
  ],
  [
    'a host device by its address',
    withDevices(hostdev('0x00')),
    withDevices(hostdev('0x1f')),
    ['- Host device 0000:01:00.0: pci > ', '+ Host device 0000:01:1f.0:  > pci'],
  ],
  [
    'video, watchdog, TPM',
    withDevices(el('video', el('model', { type: 'qxl' })), el('watchdog', { model: 'itco', action: 'reset' })),
    withDevices(
      el('video', el('model', { type: 'virtio' })),
      el('watchdog', { model: 'itco', action: 'none' }),
      el('tpm', { model: 'tpm-crb' }, el('backend', { type: 'emulator', version: '2.0' })),
    ),
    ['~ Video: model: qxl > virtio', '~ Watchdog: action: reset > none', '+ TPM:  > tpm-crb, 2.0'],
  ],
  ['the title', domain(), domain(el('title', 'Web')), ['+ Title:  > Web']],
  ['what nobody knows', domain(el('iothreads', '2')), domain(el('iothreads', '4')), ['~ <iothreads>: 2 > 4']],
  [
    'what nobody knows and only one side has',
    domain(),
    domain(el('blkiotune', el('weight', '800'))),
    ['+ <blkiotune> <weight>:  > 800'],
  ],
  [
    'an order that means nothing',
    withDevices(disk('vda', '/a'), disk('vdb', '/b')),
    withDevices(disk('vdb', '/b'), disk('vda', '/a')),
    [],
  ],
];

test.each(cases)('tells %s', (_name, then, now, expected) => {
  expect(told(then, now)).toEqual(expected);
});

describe('what libvirt fills in on one side', () => {
  test('an address counts only where both have one', () => {
    const bare = withDevices(nic('m', 'virtio'));
    const placed = (slot: string) =>
      withDevices({ ...nic('m', 'virtio'), children: [...nic('m', 'virtio').children, pci(slot)] });
    expect(told(bare, placed('0x03'))).toEqual([]);
    expect(told(placed('0x02'), placed('0x03'))).toEqual(['~ Network m: address: 0000:01:02.0 > 0000:01:03.0']);
  });

  test('firmware that was chosen for the same wish', () => {
    const wish = (firmware: string | null, ...more: ConfigNode[]) =>
      domain(el('os', firmware === null ? {} : { firmware }, el('type', 'hvm'), ...more));
    const code = el('loader', { type: 'pflash' }, '/OVMF.fd');
    expect(told(wish('efi'), wish('efi', code))).toEqual([]);
    expect(told(wish(null), wish(null, code))).toEqual(['+ Firmware code:  > /OVMF.fd']);
  });

  test('a running guest’s CPU', () => {
    const running = domain(
      el(
        'cpu',
        { mode: 'custom', match: 'exact', check: 'full' },
        el('model', { fallback: 'forbid' }, 'EPYC'),
        el('vendor', 'AMD'),
        el('feature', { policy: 'require', name: 'x2apic' }),
      ),
    );
    const started = { running: true, links: [] };
    expect(told(cpu('host-model'), running, started)).toEqual([]);
    expect(told(cpu('custom', el('model', 'EPYC')), running, started)).toEqual([]);
    expect(told(cpu('custom', el('model', 'Nehalem')), running, started)).toEqual(['~ CPU model: Nehalem > EPYC']);
    expect(told(cpu('host-passthrough'), running, started)).toContain('~ CPU mode: host-passthrough > custom');
    expect(told(cpu('host-model'), running)).toContain('~ CPU mode: host-model > custom');
  });
});

test('a disk on another overlay of its chain is not a change, but is told', () => {
  const then = withDevices(disk('vda', '/base'));
  const now = withDevices(
    disk('vda', '/overlay', [el('backingStore', { type: 'file' }, el('source', { file: '/base' }))]),
  );
  const compared = compareConfigs(then, now, offline);
  expect([compared.changes, compared.layered]).toEqual([[], ['vda']]);
  expect(compared.lines.filter(({ kind }) => kind !== 'same')).toHaveLength(1);
  const links = [
    { target: 'vda', over: '/a', under: '/base' },
    { target: 'vda', over: '/other', under: '/base' },
  ];
  expect(told(withDevices(disk('vda', '/a')), withDevices(disk('vda', '/other')), { running: false, links })).toEqual(
    [],
  );
  expect(
    told(withDevices(disk('vdb', '/a')), withDevices(disk('vdb', '/other')), { running: false, links }),
  ).toHaveLength(1);
});

const word = fc.constantFrom('a', 'b', 'c', 'on', 'off');
const anyDisk = fc.record({ target: fc.constantFrom('vda', 'vdb', 'sda'), file: word, cache: word });
const anyName = fc.constantFrom('x', 'y', 'iothreads', 'feature', 'boot');
const anyAttributes = fc.dictionary(fc.constantFrom('name', 'dev', 'state', 'unit'), word, { maxKeys: 2 });
const anyText = fc.constantFrom('', '1', '2');
const anyLeaf: fc.Arbitrary<ConfigNode> = fc.record({
  name: anyName,
  attributes: anyAttributes,
  children: fc.constant<ConfigNode[]>([]),
  text: anyText,
});
const anyNode: fc.Arbitrary<ConfigNode> = fc.record({
  name: anyName,
  attributes: anyAttributes,
  children: fc.array(anyLeaf, { maxLength: 3 }),
  text: anyText,
});
const anyDomain = fc
  .record({
    disks: fc.uniqueArray(anyDisk, { selector: ({ target }) => target }),
    kib: fc.integer({ min: 1, max: 5 }),
    more: fc.array(anyNode, { maxLength: 5 }),
    devices: fc.array(anyNode, { maxLength: 3 }),
  })
  .map(({ disks, kib, more, devices }) =>
    domain(
      memory(kib),
      ...more,
      el(
        'devices',
        ...disks.map(({ target, file, cache }) => disk(target, file, [el('driver', { cache })])),
        ...devices,
      ),
    ),
  );

describe('for all configurations', () => {
  test('nothing differs from itself', () => {
    fc.assert(
      fc.property(anyDomain, (config) => {
        const { changes, lines } = compareConfigs(config, config, offline);
        expect(changes).toEqual([]);
        expect(lines.every(({ kind }) => kind === 'same')).toBe(true);
      }),
    );
  });

  test('looking from the other side swaps what was added and removed', () => {
    const opposite = { changed: 'changed', 'added since': 'removed since', 'removed since': 'added since' } as const;
    fc.assert(
      fc.property(anyDomain, anyDomain, (a, b) => {
        const there = compareConfigs(a, b, offline);
        const back = compareConfigs(b, a, offline);
        const swapped = back.changes.map(({ snapshot, now, kind }) => [now, snapshot, opposite[kind]].join(' | '));
        const plain = there.changes.map(({ snapshot, now, kind }) => [snapshot, now, kind].join(' | '));
        expect(plain.sort()).toEqual(swapped.sort());
      }),
    );
  });

  test('nothing but an order goes untold', () => {
    const sorted = (node: ConfigNode): string =>
      fingerprint({ ...node, children: [] }) + node.children.map(sorted).sort().join();
    fc.assert(
      fc.property(anyDomain, anyDomain, (a, b) => {
        const { changes } = compareConfigs(a, b, offline);
        expect(changes.length > 0).toBe(sorted(a) !== sorted(b));
      }),
    );
  });

  test('what is written at run time never shows', () => {
    fc.assert(
      fc.property(anyDomain, (config) => {
        const { changes, lines } = compareConfigs(config, started(config), offline);
        expect(changes).toEqual([]);
        expect(lines.every(({ kind }) => kind === 'same')).toBe(true);
      }),
    );
  });

  test('each side of the lines is that side, and a change in words is one in lines', () => {
    fc.assert(
      fc.property(anyDomain, anyDomain, (a, b) => {
        const { changes, lines } = compareConfigs(a, b, offline);
        const alone = compareConfigs(a, a, offline).lines.map(({ left }) => left);
        expect(lines.flatMap(({ left }) => left ?? [])).toHaveLength(alone.length);
        if (changes.length > 0) expect(lines.some(({ kind }) => kind !== 'same')).toBe(true);
      }),
    );
  });
});

/** The configuration as a daemon tells it of a running guest. */
function started(config: ConfigNode): ConfigNode {
  const inDevice = (device: ConfigNode): ConfigNode => {
    if (device.name !== 'disk') return device;
    const children = device.children.map((child) =>
      child.name === 'source' ? { ...child, attributes: { ...child.attributes, index: '3' } } : child,
    );
    return {
      ...device,
      children: [...children, el('backingStore'), el('alias', { name: 'virtio-disk0' }), pci('0x05')],
    };
  };
  const running = [
    el('serial', { type: 'pty' }, el('source', { path: '/dev/pts/3' })),
    el(
      'graphics',
      { type: 'vnc', port: '5901', autoport: 'yes', listen: '127.0.0.1' },
      el('listen', { type: 'address' }),
    ),
  ];
  const children = config.children.map((child) =>
    child.name === 'devices' ? { ...child, children: child.children.map(inDevice) } : child,
  );
  expect(
    compareConfigs(
      withDevices(el('serial', { type: 'pty' }), el('graphics', { type: 'vnc', port: '-1', autoport: 'yes' })),
      withDevices(...running),
      offline,
    ).changes,
  ).toEqual([]);
  return {
    ...config,
    attributes: { ...config.attributes, id: '7' },
    children: [
      ...children,
      el('currentMemory', { unit: 'KiB' }, config.children[0]?.text ?? ''),
      el('resource', el('partition', '/machine')),
      el('seclabel', { type: 'dynamic', model: 'dac', relabel: 'yes' }, el('label', '+64055:+108')),
    ],
  };
}

test('what tells two elements apart grows with what is in them, however deep that is', () => {
  const deep = (depth: number): ConfigNode =>
    depth === 0 ? el('a', { x: '"' }) : el('a', { x: '"' }, deep(depth - 1));
  const [half, whole] = [20, 40].map((depth) => fingerprint(deep(depth)).length) as [number, number];
  expect(whole).toBeLessThan(3 * half);
});
