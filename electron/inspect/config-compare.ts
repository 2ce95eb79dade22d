import { type Compared, compareConfigs } from '../../shared/config-diff/compare.ts';
import { type LayerLink, layeredDisks, linksOf, movedDisks } from '../../shared/config-diff/layers.ts';
import type { ConfigNode } from '../../shared/config-diff/tree.ts';
import { imagesOf } from '../../shared/libvirt/disks.ts';
import type { ConfigComparison, ConfigOther, ConfigSide, SnapshotState } from '../../shared/schema.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { ProblemError } from '../hosts/problems.ts';
import { configTree } from '../libvirt/config-tree.ts';
import { domainXml, readDomain } from '../libvirt/domains.ts';
import { LibvirtError } from '../libvirt/errors.ts';
import { parseSnapshot, snapshotXml } from '../libvirt/snapshots.ts';
import { readXml, type XmlElement } from '../libvirt/xml.ts';

/** States in which a guest has no process: what is stored with the snapshot is then the configuration as defined. */
const off: ReadonlySet<SnapshotState> = new Set(['shutoff', 'crashed', 'nostate', 'unknown']);

/** A configuration, and whether it is a running guest's, into which libvirt writes what QEMU made of it. */
interface Config {
  readonly tree: ConfigNode;
  readonly running: boolean;
}

/**
 * What another configuration has otherwise than a snapshot's.
 * @param other the running guest's configuration where there is one, that of the next start, or another snapshot's.
 * @throws ProblemError NO_DOMAIN, SNAPSHOT_GONE, CONFIG_TOO_LARGE; LibvirtError; ConnectionError
 */
export function compareWithSnapshot(
  session: HostSession,
  uuid: string,
  name: string,
  other: ConfigOther,
): Promise<ConfigComparison> {
  return typeof other === 'string'
    ? compareWithDomain(session, uuid, name, other)
    : compareSnapshots(session, uuid, name, other.snapshot);
}

async function compareSnapshots(
  session: HostSession,
  uuid: string,
  name: string,
  other: string,
): Promise<ConfigComparison> {
  const { reads } = session;
  const [left, right] = await Promise.all(
    [name, other].map(async (each) =>
      readXml(await snapshotXml(reads, uuid, each).catch(vanished(each)), 'domainsnapshot'),
    ),
  );
  const counts = { live: null, inactive: null };
  // Of two that ran the guest's own configurations are alike; else libvirt has filled in one of them only.
  const side = left && right && isRunning(left) && isRunning(right) ? 'live' : 'inactive';
  const [then, later] = [left && storedFor(side, left), right && storedFor(side, right)];
  if (!then || !later) return { with: null, changes: [], lines: [], layered: [], counts };
  const links = isExplained(then.tree, later.tree) ? [] : await snapshotLinks(session, uuid);
  const running = then.running || later.running;
  return { with: { snapshot: other }, ...compareConfigs(then.tree, later.tree, { running, links }), counts };
}

async function compareWithDomain(
  session: HostSession,
  uuid: string,
  name: string,
  side: ConfigSide,
): Promise<ConfigComparison> {
  const { reads } = session;
  const domain = await readDomain(reads, uuid);
  if (!domain) throw new ProblemError('NO_DOMAIN');
  const sides: ConfigSide[] = [
    ...(domain.id === null ? [] : ['live' as const]),
    ...(domain.persistent ? ['inactive' as const] : []),
  ];
  const [text, ...texts] = await Promise.all([
    snapshotXml(reads, uuid, name).catch(vanished(name)),
    ...sides.map((each) => domainXml(reads, uuid, each === 'inactive')),
  ]);
  const snapshot = await readXml(text, 'domainsnapshot');
  const now = await Promise.all(
    sides.map(async (each, index) => treeOf(await readXml(texts[index] ?? '', 'domain'), each === 'live')),
  );
  let links: readonly LayerLink[] | undefined;
  const compared = new Map<ConfigSide, Compared>();
  for (const [index, each] of sides.entries()) {
    const then = storedFor(each, snapshot);
    const today = now[index];
    if (!then || !today) continue;
    if (!isExplained(then.tree, today.tree)) links ??= await snapshotLinks(session, uuid);
    const running = then.running || today.running;
    compared.set(each, compareConfigs(then.tree, today.tree, { running, links: links ?? [] }));
  }
  const used = sides.find((each) => each === side) ?? sides[0] ?? null;
  const told = used === null ? undefined : compared.get(used);
  return {
    with: told ? used : null,
    changes: told?.changes ?? [],
    lines: told?.lines ?? [],
    layered: told?.layered ?? [],
    counts: {
      live: compared.get('live')?.changes.length ?? null,
      inactive: compared.get('inactive')?.changes.length ?? null,
    },
  };
}

/** What the snapshot would put back as that side; undefined where it holds no configuration. */
function storedFor(side: ConfigSide, snapshot: XmlElement): Config | undefined {
  const running = isRunning(snapshot);
  const inactive = side === 'inactive' ? snapshot.at('inactiveDomain') : undefined;
  if (inactive) return treeOf(inactive, false);
  const domain = snapshot.at('domain');
  // Metadata of an ancient libvirt holds a <domain> with nothing but the UUID (virDomainSnapshotDefFormat).
  return domain?.at('name') ? treeOf(domain, running) : undefined;
}

function isRunning(snapshot: XmlElement): boolean {
  return !off.has(parseSnapshot(snapshot).state);
}

/** Both sides of it are compared at once, which takes a tenth of a second; libvirt's own have some hundred elements. */
const MOST_ELEMENTS = 4_000;

/** @throws ProblemError CONFIG_TOO_LARGE */
function treeOf(element: XmlElement, running: boolean): Config {
  if (leftOf(MOST_ELEMENTS, element) < 0) throw new ProblemError('CONFIG_TOO_LARGE', { most: '4,000' });
  return { tree: configTree(element), running };
}

/** How many elements are left of so many without those of an element; counted no further than below none. */
function leftOf(many: number, element: XmlElement): number {
  let left = many - 1;
  for (const name of element.childNames)
    for (const child of element.all(name)) {
      if (left < 0) return left;
      left = leftOf(left, child);
    }
  return left;
}

/** Whether the configurations themselves tell how the images of all disks hang together. */
function isExplained(then: ConfigNode, now: ConfigNode): boolean {
  const known = [...linksOf(then), ...linksOf(now)];
  return layeredDisks(then, now, known).length === movedDisks(then, now).length;
}

/** Which image each external snapshot of the domain put over which, when it was taken and when it was last reverted to. */
async function snapshotLinks(session: HostSession, uuid: string): Promise<LayerLink[]> {
  const snapshots = await (await session.readSnapshots(uuid, 'decide')).parsed();
  return snapshots.flatMap(({ disks: { config, disks, reverted } }) => {
    const under = new Map(imagesOf(config).map(({ target, path }) => [target, path]));
    const made = disks.flatMap(({ target, file }) => (file === undefined ? [] : [{ target, file }]));
    return [...made, ...reverted].flatMap(({ target, file }) => {
      const image = under.get(target);
      return image === undefined ? [] : [{ target, over: file, under: image }];
    });
  });
}

function vanished(snapshot: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof LibvirtError && error.is('NO_DOMAIN_SNAPSHOT'))
      throw new ProblemError('SNAPSHOT_GONE', { snapshot });
    throw error;
  };
}
