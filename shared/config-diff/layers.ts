import { groupedBy } from '../grouped-by.ts';
import { attributeAt, type ConfigNode, nodeAt } from './tree.ts';

/** One image lies on another: a write to `over` leaves `under` as it was. */
export interface LayerLink {
  readonly target: string;
  readonly over: string;
  readonly under: string;
}

/** The links that a configuration tells itself: a disk's image and the chain of `<backingStore>` below it. */
export function linksOf(domain: ConfigNode): LayerLink[] {
  return disksOf(domain).flatMap((disk) => {
    const target = targetOf(disk);
    const links: LayerLink[] = [];
    let over: ConfigNode | undefined = disk;
    while (over) {
      const under: ConfigNode | undefined = nodeAt(over, 'backingStore');
      const pair = [imageOf(over), under && imageOf(under)];
      if (pair[0] && pair[1]) links.push({ target, over: pair[0], under: pair[1] });
      over = under;
    }
    return links;
  });
}

/** Where a disk's image or a layer below it is kept, as a path. */
export function imageOf(disk: ConfigNode): string | undefined {
  return attributeAt(disk, ['source'], 'file') ?? attributeAt(disk, ['source'], 'dev');
}

/** Targets of the disks that write to other images now. */
export function movedDisks(then: ConfigNode, now: ConfigNode): string[] {
  const others = byTarget(now);
  return disksOf(then).flatMap((disk) => {
    const other = others.get(targetOf(disk));
    const pair = [imageOf(disk), other && imageOf(other)];
    return pair[0] && pair[1] && pair[0] !== pair[1] ? [targetOf(disk)] : [];
  });
}

/**
 * Of the moved disks, those whose image belongs to the same chain of overlays: taking snapshots and reverting did
 * that, and nobody's change of the configuration.
 */
export function layeredDisks(then: ConfigNode, now: ConfigNode, links: readonly LayerLink[]): string[] {
  const sides = [byTarget(then), byTarget(now)];
  const linksTo = groupedBy(links, ({ target }) => target);
  return movedDisks(then, now).filter((target) => {
    const [from, to] = sides.map((disks) => {
      const disk = disks.get(target);
      return disk && imageOf(disk);
    });
    return from !== undefined && to !== undefined && isLinked(linksTo.get(target) ?? [], from, to);
  });
}

/** A configuration in which the named disks are on the same image as in another one, in the same format. */
export function onLayersOf(domain: ConfigNode, other: ConfigNode, targets: readonly string[]): ConfigNode {
  const [wanted, models] = [new Set(targets), byTarget(other)];
  const change = (disk: ConfigNode): ConfigNode => {
    const model = wanted.has(targetOf(disk)) ? models.get(targetOf(disk)) : undefined;
    return model ? onLayerOf(disk, model) : disk;
  };
  const children = domain.children.map((child) =>
    child.name === 'devices'
      ? { ...child, children: child.children.map((each) => (each.name === 'disk' ? change(each) : each)) }
      : child,
  );
  return { ...domain, children };
}

function onLayerOf(disk: ConfigNode, model: ConfigNode): ConfigNode {
  const paths = (node: ConfigNode) => attributesOf(nodeAt(node, 'source'), ['file', 'dev']);
  const format = attributesOf(nodeAt(model, 'driver'), ['type']);
  const children = disk.children.map((child): ConfigNode => {
    if (child.name === 'driver') return { ...child, attributes: { ...child.attributes, ...format } };
    if (child.name !== 'source') return child;
    const { file: _file, dev: _dev, ...rest } = child.attributes;
    return { ...child, attributes: { ...rest, ...paths(model) } };
  });
  return { ...disk, attributes: { ...disk.attributes, ...attributesOf(model, ['type']) }, children };
}

function attributesOf(node: ConfigNode | undefined, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(node?.attributes ?? {}).filter(([name]) => names.includes(name)));
}

function isLinked(links: readonly LayerLink[], from: string, to: string): boolean {
  const ways = links.flatMap(({ over, under }) => [
    { at: over, next: under },
    { at: under, next: over },
  ]);
  const near = groupedBy(ways, ({ at }) => at);
  const seen = new Set([from]);
  for (const image of seen) for (const { next } of near.get(image) ?? []) seen.add(next);
  return seen.has(to);
}

function disksOf(domain: ConfigNode): readonly ConfigNode[] {
  return nodeAt(domain, 'devices')?.children.filter(({ name }) => name === 'disk') ?? [];
}

/** The first of each target. */
function byTarget(domain: ConfigNode): ReadonlyMap<string, ConfigNode> {
  return new Map(
    disksOf(domain)
      .toReversed()
      .map((disk) => [targetOf(disk), disk]),
  );
}

function targetOf(disk: ConfigNode): string {
  return attributeAt(disk, ['target'], 'dev') ?? '';
}
