import { below, type ConfigNode, isEmpty, nodeAt } from './tree.ts';

/** Something that a daemon writes at run time, or that repeats what another part says. */
interface NoiseRule {
  /** Below `<domain>`, `path@attribute` for an attribute; `*` is any one name, `**` any number of them. */
  readonly path: string;
  /** Only where this holds of the element that is the noise or has it as an attribute. */
  readonly when?: (node: ConfigNode, parent: ConfigNode) => boolean;
}

/** Directories in which the QEMU driver names sockets by itself (qemuDomainChrDefDropDefaultPath). */
const ownSocket = /\/libvirt\/qemu\/(?:run\/)?(?:channel|domain)/;

const rules: readonly NoiseRule[] = [
  { path: '@id' },
  { path: '@xmlns:*' },
  { path: 'seclabel', when: (node) => node.attributes.type !== 'static' },
  { path: 'devices/**/seclabel' },
  { path: 'resource/partition' },
  { path: 'cookie' },
  { path: '**/privateData' },
  { path: '**/backingStore' },
  { path: 'devices/disk/mirror' },
  // Names that begin with "ua-" are the user's own (formatdomain, "Device aliases").
  { path: 'devices/*/alias', when: (node) => !node.attributes.name?.startsWith('ua-') },
  { path: 'devices/**/source@index' },
  {
    path: 'devices/interface/target@dev',
    when: (node) => /^(?:vnet|macvtap|macvlan|vif)\d/.test(node.attributes.dev ?? ''),
  },
  { path: 'devices/interface/source@portid' },
  { path: 'devices/interface/source@bridge', when: (node) => 'network' in node.attributes },
  { path: 'devices/interface/source@dev', when: (node) => 'network' in node.attributes },
  { path: 'devices/interface/source@mode', when: (node) => 'network' in node.attributes },
  { path: 'devices/serial/source', when: madeAtStart },
  { path: 'devices/parallel/source', when: madeAtStart },
  { path: 'devices/console/source', when: madeAtStart },
  { path: 'devices/channel/source', when: madeAtStart },
  { path: 'devices/console@tty' },
  { path: 'devices/channel/target@state' },
  { path: 'devices/graphics@port', when: choosesPort },
  { path: 'devices/graphics@tlsPort', when: choosesPort },
  { path: 'devices/graphics@websocket', when: choosesPort },
  { path: 'devices/graphics@listen' },
  { path: 'devices/graphics@socket', when: hasOwnSocket },
  { path: 'devices/graphics/listen@socket', when: hasOwnSocket },
  { path: 'devices/vsock/cid@address', when: (node) => node.attributes.auto === 'yes' },
  { path: 'clock@adjustment', when: (node) => node.attributes.offset === 'variable' },
  { path: 'currentMemory', when: repeatsMemory },
  { path: 'vcpu@placement', when: (node) => node.attributes.placement === 'static' },
];

const compiled = rules.map(({ path, when }) => ({ pattern: patternOf(path), when }));

/** A configuration without its noise. Elements that held nothing else go too. */
export function withoutNoise(domain: ConfigNode): ConfigNode {
  return strip(domain, '', domain) ?? { ...domain, attributes: {}, children: [], text: '' };
}

/** Null where nothing is left. */
function strip(node: ConfigNode, path: string, parent: ConfigNode): ConfigNode | null {
  if (path !== '' && isNoise(path, node, parent)) return null;
  const kept = Object.entries(node.attributes).filter(([name]) => !isNoise(`${path}@${name}`, node, parent));
  const children = node.children.flatMap((child) => strip(child, below(path, child.name), node) ?? []);
  const stripped: ConfigNode = { ...node, attributes: Object.fromEntries(kept), children };
  return isEmpty(stripped) && !isEmpty(node) ? null : stripped;
}

function isNoise(path: string, node: ConfigNode, parent: ConfigNode): boolean {
  return compiled.some(({ pattern, when }) => pattern.test(path) && (when?.(node, parent) ?? true));
}

/** `**` also matches no name at all. */
function patternOf(path: string): RegExp {
  const source = path.replaceAll('**/', '\0').replaceAll('*', '[^/@]+').replaceAll('\0', '(?:[^/@]+/)*');
  return new RegExp(`^${source}$`);
}

/** A terminal, or a socket that the driver named, rather than something chosen. */
function madeAtStart({ attributes }: ConfigNode, { attributes: { type } }: ConfigNode): boolean {
  if (type === 'pty') return true;
  return type === 'unix' && attributes.mode === 'bind' && (!attributes.path || ownSocket.test(attributes.path));
}

function choosesPort({ attributes }: ConfigNode): boolean {
  return attributes.autoport === 'yes';
}

function hasOwnSocket({ attributes }: ConfigNode): boolean {
  return ownSocket.test(attributes.socket ?? '');
}

function repeatsMemory(node: ConfigNode, domain: ConfigNode): boolean {
  const memory = nodeAt(domain, 'memory');
  return memory?.text === node.text && memory.attributes.unit === node.attributes.unit;
}
