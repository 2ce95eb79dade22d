import { pairChildren } from './pairs.ts';
import { below, type ConfigNode, isEmpty } from './tree.ts';

/** Something that libvirt may fill in on one side: no difference where the other side leaves it open. */
interface FilledIn {
  /** Below `<domain>`; `path@attribute` for an attribute, `*` for any one name. */
  readonly path: string;
  /** Only where this holds of the elements on both sides that have it or lack it. */
  readonly when?: (then: ConfigNode, now: ConfigNode) => boolean;
}

const chosenByFirmware = (then: ConfigNode, now: ConfigNode) =>
  then.attributes.firmware !== undefined && then.attributes.firmware === now.attributes.firmware;

const table: readonly FilledIn[] = [
  { path: 'devices/*/address' },
  // An empty drive loses its format when it is started.
  { path: 'devices/disk/driver@type' },
  { path: 'devices/graphics/listen' },
  { path: 'devices/graphics/listen@address' },
  { path: 'devices/hostdev/driver' },
  { path: 'devices/tpm/backend/profile' },
  { path: 'os/firmware', when: chosenByFirmware },
  { path: 'os/loader', when: chosenByFirmware },
  { path: 'os/nvram', when: chosenByFirmware },
];

/** What a running guest's CPU is described by: libvirt writes the model and features that QEMU chose over the wish. */
const expansion = {
  attributes: ['match', 'check'],
  children: ['vendor', 'feature', 'maxphysaddr'],
} as const;

type Two = readonly [then: ConfigNode, now: ConfigNode];

/**
 * Both configurations without what libvirt has filled in on one side only.
 * @param running one at least is a running guest's: then the CPU may be described on one side only.
 */
export function withoutFilledIn(then: ConfigNode, now: ConfigNode, running: boolean): Two {
  const [left, right] = settle(then, now, '');
  return running ? withoutExpansion(left, right) : [left, right];
}

function settle(then: ConfigNode, now: ConfigNode, path: string): Two {
  const swaps = new Map<ConfigNode, ConfigNode | null>();
  for (const pair of pairChildren(path, then.children, now.children)) {
    const one = pair.before ?? pair.after;
    const childPath = below(path, pair.name);
    if (pair.before && pair.after) {
      const [left, right] = settle(pair.before, pair.after, childPath);
      swaps.set(pair.before, left).set(pair.after, right);
    } else if (one && mayBeOpen(childPath, then, now)) swaps.set(one, null);
  }
  const swapped = ({ children }: ConfigNode) =>
    children.flatMap((child) => (swaps.has(child) ? (swaps.get(child) ?? []) : child));
  const common = (node: ConfigNode, other: ConfigNode) =>
    Object.entries(node.attributes).filter(
      ([name]) => name in other.attributes || !mayBeOpen(`${path}@${name}`, then, now),
    );
  return [
    { ...then, attributes: Object.fromEntries(common(then, now)), children: swapped(then) },
    { ...now, attributes: Object.fromEntries(common(now, then)), children: swapped(now) },
  ];
}

function mayBeOpen(path: string, then: ConfigNode, now: ConfigNode): boolean {
  const names = path.split('/');
  return table.some(({ path: pattern, when }) => {
    const wanted = pattern.split('/');
    const fits = wanted.length === names.length && wanted.every((name, at) => name === '*' || name === names[at]);
    return fits && (when?.(then, now) ?? true);
  });
}

/**
 * A guest's own CPU is known by `check='full'`. Snapshots hold the wish or the outcome, depending on the version. A CPU
 * that is never expanded (`host-passthrough`, `maximum`) is compared as it is, also with one that was.
 */
function withoutExpansion(then: ConfigNode, now: ConfigNode): Two {
  const cpus = [then, now].map((node) => node.children.find(({ name }) => name === 'cpu'));
  const modes = cpus.map((cpu) => cpu?.attributes.mode ?? 'none');
  const full = cpus.filter((cpu) => cpu?.attributes.check === 'full');
  const expandable = modes.every((mode) => mode === 'host-model' || mode === 'custom' || mode === 'none');
  if (full.length !== 1 || !expandable) return [then, now];
  const wished = modes.some((mode) => mode !== 'custom');
  const plain = (domain: ConfigNode): ConfigNode => ({
    ...domain,
    children: domain.children.flatMap((child) => {
      if (child.name !== 'cpu') return child;
      const cpu = withoutParts(child, wished);
      return isEmpty(cpu) ? [] : cpu;
    }),
  });
  return [plain(then), plain(now)];
}

function withoutParts(cpu: ConfigNode, wished: boolean): ConfigNode {
  const attributes: readonly string[] = [...expansion.attributes, ...(wished ? ['mode'] : [])];
  const children: readonly string[] = [...expansion.children, ...(wished ? ['model'] : [])];
  return {
    ...cpu,
    attributes: Object.fromEntries(Object.entries(cpu.attributes).filter(([name]) => !attributes.includes(name))),
    children: cpu.children
      .filter(({ name }) => !children.includes(name))
      .map((child) => (child.name === 'model' ? { ...child, attributes: {} } : child)),
  };
}
