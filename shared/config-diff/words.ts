import { formatBytes } from '../format.ts';
import { own } from '../own.ts';
import { scaledBytes } from '../units.ts';
import { attributeAt, type ConfigNode, nodeAt } from './tree.ts';

/** How an element, or an attribute of one, is told to an admin. */
export interface Words {
  /** With a capital it stands alone; in lower case it follows the nearest element that has a name: `Disk vda: cache`. */
  readonly label: string;
  /** What tells an element from its siblings of the same name, and is shown after the label. */
  readonly key?: (node: ConfigNode) => string | undefined;
  /** The element in a few words, for when it came or went as a whole. */
  readonly say?: (node: ConfigNode) => string;
  /** Compared and told as one value instead of part by part. */
  readonly whole?: boolean;
  /** All siblings of this name make one value, in which the order counts. */
  readonly list?: boolean;
  /** The attribute that is the element's value: its change carries the element's own label. */
  readonly value?: string;
  /** Many kinds in one row: the tag follows the label. */
  readonly tagged?: boolean;
}

/**
 * Elements by their path below `<domain>` (libvirt formatdomain) and attributes by `path@name`; `*` stands for any
 * one name. What is not here is told by its tags.
 */
const table: Readonly<Record<string, Words>> = {
  '@type': { label: 'Hypervisor' },
  name: { label: 'Name' },
  uuid: { label: 'UUID' },
  genid: { label: 'Generation ID' },
  title: { label: 'Title' },
  description: { label: 'Description' },
  metadata: { label: 'Metadata' },
  'metadata/libosinfo:libosinfo': { label: 'Operating system', say: osId },
  'metadata/libosinfo:libosinfo/libosinfo:os': { label: 'Operating system', say: osId },
  'metadata/libosinfo:libosinfo/libosinfo:os@id': { label: 'Operating system' },

  memory: { label: 'Memory', say: size, whole: true },
  currentMemory: { label: 'Current memory', say: size, whole: true },
  maxMemory: { label: 'Maximum memory', say: size, whole: true },
  'memoryBacking/hugepages': { label: 'Huge pages' },
  vcpu: { label: 'Virtual CPUs' },
  'vcpu@current': { label: 'Virtual CPUs in use' },
  'vcpu@cpuset': { label: 'Virtual CPUs run on' },
  'vcpu@placement': { label: 'Placement of virtual CPUs' },
  'cputune/vcpupin': { label: 'Pinning of vCPU', key: attribute('vcpu'), say: attribute('cpuset'), value: 'cpuset' },

  'os@firmware': { label: 'Firmware' },
  'os/type': { label: 'Virtualization', say: (node) => join(node.text, node.attributes.machine) },
  'os/type@arch': { label: 'Architecture' },
  'os/type@machine': { label: 'Machine type' },
  'os/loader': { label: 'Firmware code', say: textOf },
  'os/loader@secure': { label: 'Secure boot' },
  'os/nvram': { label: 'Firmware variables', say: textOf },
  'os/boot': { label: 'Boot order', say: attribute('dev'), list: true },
  'os/bootmenu': { label: 'Boot menu', say: attribute('enable'), value: 'enable' },
  'os/kernel': { label: 'Kernel' },
  'os/initrd': { label: 'Initial RAM disk' },
  'os/cmdline': { label: 'Kernel command line' },

  cpu: { label: 'CPU', say: (node) => join(node.attributes.mode, nodeAt(node, 'model')?.text) },
  'cpu@mode': { label: 'CPU mode' },
  'cpu@match': { label: 'CPU match' },
  'cpu@check': { label: 'CPU check' },
  'cpu@migratable': { label: 'CPU migratable' },
  'cpu/model': { label: 'CPU model', say: textOf },
  'cpu/vendor': { label: 'CPU vendor' },
  'cpu/topology': { label: 'CPU topology', say: topology, whole: true },
  'cpu/feature': { label: 'CPU feature', key: attribute('name'), say: attribute('policy'), value: 'policy' },
  'cpu/numa/cell': { label: 'NUMA cell', key: attribute('id') },

  'features/*': { label: 'Feature', say: onOrOff, value: 'state', tagged: true },
  'features/hyperv/*': { label: 'Hyper-V', say: onOrOff, value: 'state', tagged: true },
  'features/kvm/*': { label: 'KVM', say: onOrOff, value: 'state', tagged: true },
  'clock@offset': { label: 'Clock' },
  'clock/timer': { label: 'Clock timer', key: attribute('name') },
  on_poweroff: { label: 'On power-off' },
  on_reboot: { label: 'On reboot' },
  on_crash: { label: 'On crash' },
  'pm/suspend-to-mem': { label: 'Suspend to memory', say: attribute('enabled'), value: 'enabled' },
  'pm/suspend-to-disk': { label: 'Suspend to disk', say: attribute('enabled'), value: 'enabled' },
  'qemu:commandline/qemu:arg': { label: 'QEMU arguments', say: attribute('value'), list: true },

  'devices/emulator': { label: 'Emulator' },
  'devices/disk': { label: 'Disk', key: at('target', 'dev'), say: disk },
  'devices/disk@type': { label: 'kind of source' },
  'devices/disk@device': { label: 'device' },
  'devices/disk/driver@type': { label: 'format' },
  'devices/disk/driver@cache': { label: 'cache' },
  'devices/disk/driver@io': { label: 'asynchronous I/O' },
  'devices/disk/driver@discard': { label: 'discard' },
  'devices/disk/source': { label: 'source', say: sourceOf, whole: true },
  'devices/disk/target@bus': { label: 'bus' },
  'devices/disk/boot': { label: 'boot order', say: attribute('order'), value: 'order' },
  'devices/disk/serial': { label: 'serial number' },
  'devices/disk/readonly': { label: 'read-only', say: () => 'yes' },
  'devices/disk/shareable': { label: 'shareable', say: () => 'yes' },
  'devices/interface': { label: 'Network', key: at('mac', 'address'), say: nic },
  'devices/interface@type': { label: 'type' },
  'devices/interface/model': { label: 'model', say: attribute('type'), value: 'type' },
  'devices/interface/source@network': { label: 'network' },
  'devices/interface/source@bridge': { label: 'bridge' },
  'devices/interface/source@dev': { label: 'host device' },
  'devices/interface/link': { label: 'link', say: attribute('state'), value: 'state' },
  'devices/interface/boot': { label: 'boot order', say: attribute('order'), value: 'order' },
  'devices/controller': { label: 'Controller', key: controllerOf, say: attribute('model'), value: 'model' },
  'devices/filesystem': {
    label: 'Shared folder',
    key: at('target', 'dir'),
    say: (node) => sourceOf(nodeAt(node, 'source')),
  },
  'devices/graphics': { label: 'Graphics', key: attribute('type'), say: attribute('type') },
  'devices/graphics@port': { label: 'port' },
  'devices/graphics@autoport': { label: 'automatic port' },
  'devices/graphics/listen': {
    label: 'listens on',
    say: (node) => join(node.attributes.type, node.attributes.address),
  },
  'devices/graphics/listen@address': { label: 'listens on' },
  'devices/video': { label: 'Video', say: at('model', 'type') },
  'devices/video/model': { label: 'model', say: attribute('type'), value: 'type' },
  'devices/hostdev': { label: 'Host device', key: hostDeviceOf, say: attribute('type') },
  'devices/tpm': {
    label: 'TPM',
    say: (node) => join(node.attributes.model, attributeAt(node, ['backend'], 'version')),
  },
  'devices/tpm/backend@version': { label: 'version' },
  'devices/rng': {
    label: 'Random number generator',
    say: (node) => join(node.attributes.model, nodeAt(node, 'backend')?.text),
  },
  'devices/watchdog': { label: 'Watchdog', say: (node) => join(node.attributes.model, node.attributes.action) },
  'devices/watchdog@action': { label: 'action' },
  'devices/memballoon': { label: 'Memory balloon', say: attribute('model'), value: 'model' },
  'devices/memory': {
    label: 'Memory module',
    say: (node) => join(node.attributes.model, sizeIn(node, 'target', 'size')),
  },
  'devices/sound': { label: 'Sound', say: attribute('model'), value: 'model' },
  'devices/audio': { label: 'Audio', key: attribute('id'), say: attribute('type'), value: 'type' },
  'devices/input': { label: 'Input', key: (node) => join(node.attributes.type, node.attributes.bus) },
  'devices/serial': { label: 'Serial port', say: attribute('type') },
  'devices/parallel': { label: 'Parallel port', say: attribute('type') },
  'devices/console': { label: 'Console', say: attribute('type') },
  'devices/channel': { label: 'Channel', key: at('target', 'name'), say: attribute('type') },
  'devices/redirdev': { label: 'USB redirection', say: attribute('bus') },
  'devices/smartcard': { label: 'Smart card', say: attribute('mode') },
  'devices/shmem': { label: 'Shared memory', key: attribute('name') },
  'devices/vsock': { label: 'VM socket', say: at('cid', 'address') },
  'devices/iommu': { label: 'IOMMU', say: attribute('model'), value: 'model' },
  'devices/panic': { label: 'Panic device', say: attribute('model'), value: 'model' },
  'devices/*/address': { label: 'address', say: address, whole: true },
};

/** Attributes that say what an element without a key is; whatever they say, its value is in them. */
const telling = ['model', 'type', 'name', 'state', 'value'] as const;

/** How the element or attribute at a path is told, if the table has it. */
export function wordsFor(path: string): Words | undefined {
  if (path.includes('@')) return own(table, path);
  return (
    own(table, path) ?? own(table, path.replace(/[^/]+$/, '*')) ?? own(table, path.replace(/[^/]+\/([^/]+)$/, '*/$1'))
  );
}

/** An element of any kind in a few words; never empty. */
export function say(path: string, node: ConfigNode): string {
  return wordsFor(path)?.say?.(node) || brief(node) || 'present';
}

/** An element by what is written in it: its text, then attributes, then children. */
export function brief({ text, attributes, children }: ConfigNode): string {
  const entries = Object.entries(attributes);
  const [first] = entries;
  const lone = entries.length === 1 && first && telling.some((name) => name === first[0]);
  const pairs = lone ? [first[1]] : entries.map(([name, value]) => `${name}=${value}`);
  const inner = children.map((child) => ['<', [child.name, brief(child)].filter(Boolean).join(' '), '>'].join(''));
  return [text, ...pairs, ...inner].filter(Boolean).join(' ');
}

function attribute(name: string) {
  return (node: ConfigNode) => node.attributes[name] ?? '';
}

function at(child: string, name: string) {
  return (node: ConfigNode) => attributeAt(node, [child], name) ?? '';
}

function textOf({ text }: ConfigNode): string {
  return text;
}

function join(...parts: readonly (string | undefined)[]): string {
  return parts.filter(Boolean).join(', ');
}

function size(node: ConfigNode): string {
  const bytes = scaledBytes(node.text, node.attributes.unit);
  return bytes === null ? brief(node) : formatBytes(bytes);
}

function sizeIn(node: ConfigNode, ...path: readonly string[]): string {
  const found = nodeAt(node, ...path);
  return found ? size(found) : '';
}

function osId(node: ConfigNode): string {
  return node.attributes.id ?? attributeAt(node, ['libosinfo:os'], 'id') ?? '';
}

function onOrOff(node: ConfigNode): string {
  return node.attributes.state ?? (brief(node) || 'on');
}

function topology({ attributes }: ConfigNode): string {
  return Object.entries(attributes)
    .map(([name, count]) => `${count} ${count === '1' ? name.replace(/s$/, '') : name}`)
    .join(', ');
}

function disk(node: ConfigNode): string {
  const { device } = node.attributes;
  const format = attributeAt(node, ['driver'], 'type');
  return join(device === 'disk' ? '' : device, at('target', 'bus')(node), format, sourceOf(nodeAt(node, 'source')));
}

/** Where a disk or folder is kept, in one word. */
export function sourceOf(source: ConfigNode | undefined): string {
  const { file, dev, dir, pool, volume, protocol, name } = source?.attributes ?? {};
  if (pool && volume) return `${pool}/${volume}`;
  if (protocol) return `${protocol}:${name ?? ''}`;
  return file ?? dev ?? dir ?? name ?? '';
}

function nic(node: ConfigNode): string {
  const { network, bridge, dev } = nodeAt(node, 'source')?.attributes ?? {};
  const model = at('model', 'type')(node);
  const source = network ?? bridge ?? dev;
  return [model, source ? `on ${source}` : ''].filter(Boolean).join(' ');
}

function controllerOf({ attributes: { type, index } }: ConfigNode): string {
  return [type, index].filter(Boolean).join(' ');
}

function hostDeviceOf(node: ConfigNode): string {
  const source = nodeAt(node, 'source');
  const place = nodeAt(source, 'address');
  const vendor = attributeAt(source ?? node, ['vendor'], 'id');
  const product = attributeAt(source ?? node, ['product'], 'id');
  if (vendor || product) return [vendor, product].map((id) => id?.replace('0x', '')).join(':');
  return place ? address(place) : (source?.attributes.dev ?? '');
}

/** `0000:01:00.0` for PCI, `name=value` pairs for everything else. */
function address(node: ConfigNode): string {
  const { domain, bus, slot, function: fn, uuid } = node.attributes;
  if (uuid) return uuid;
  if (bus === undefined || slot === undefined) return brief(node);
  const hex = (text: string | undefined, digits: number) =>
    Number(text ?? 0)
      .toString(16)
      .padStart(digits, '0');
  return `${hex(domain, 4)}:${hex(bus, 2)}:${hex(slot, 2)}.${hex(fn, 1)}`;
}
