import type { Measurement } from '../measurement.ts';
import { python, readWithLibvirt } from '../rivals/libvirt-client.ts';
import { readRaw } from '../rivals/raw.ts';
import { readWithVirsh, virshOnce } from '../rivals/virsh.ts';
import { inRounds, type Rival, ratios, type Times } from '../rounds.ts';
import { type Bench, LeftOut } from '../section.ts';
import { type Read, readOurs } from '../world/ours.ts';
import { snapshotName } from '../world/snapshot-xml.ts';
import type { Way, WayName } from '../world/ways.ts';
import type { World } from '../world/world.ts';

/** Domains whose snapshots are all read, on one way. */
interface Inventory {
  readonly what: string;
  readonly way: WayName;
  readonly domains: (world: World) => Promise<readonly Read[]>;
  /** Those that take long do a part, and what all would take is reckoned from that. Snapshots; none without it. */
  readonly parts?: { readonly client: number; readonly fed: number; readonly each: number };
  /** No round is begun after it, milliseconds. */
  readonly withinMs: number;
  readonly targets: Targets;
}
/** Of how many times as long as others Snapkeel takes at most, or others take at least. */
type Targets = Partial<Record<'raw' | 'client' | 'fed' | 'each', number>>;

const MANY = '200 × 25';
const many = (world: World) => world.many();
const deep = (snapshots: number) => async (world: World) => [await world.deep(snapshots)];
const one = (snapshots: number) => `one of ${snapshots.toLocaleString('en')}`;

/** Those that tell most come first: a machine that is slow may have no time for the last. */
const inventories: readonly Inventory[] = [
  {
    ...{ what: MANY, way: 'local', domains: many, withinMs: 20_000 },
    parts: { client: 5_000, fed: 1_000, each: 20 },
    targets: { raw: 1.5, client: 1.5, fed: 8, each: 100 },
  },
  {
    ...{ what: MANY, way: 'far', domains: many, withinMs: 20_000 },
    parts: { client: 50, fed: 25, each: 5 },
    // A process a command pays each time for what takes its turns on the way: here that is told best.
    targets: { raw: 1.5, client: 1.5, fed: 8, each: 1_000 },
  },
  {
    ...{ what: MANY, way: 'ssh', domains: many, withinMs: 20_000 },
    parts: { client: 1_000, fed: 500, each: 3 },
    targets: { raw: 1.5, client: 1.5, fed: 8 },
  },
  {
    ...{ what: one(5_000), way: 'local', domains: deep(5_000), withinMs: 15_000 },
    parts: { client: 5_000, fed: 1_000, each: 20 },
    targets: { raw: 1.5 },
  },
  { ...{ what: one(500), way: 'local', domains: deep(500), withinMs: 3_000 }, targets: {} },
  { ...{ what: one(16_000), way: 'local', domains: deep(16_000), withinMs: 15_000 }, targets: {} },
  { ...{ what: one(5_000), way: 'ssh', domains: deep(5_000), withinMs: 10_000 }, targets: {} },
  { ...{ what: one(5_000), way: 'far', domains: deep(5_000), withinMs: 10_000 }, targets: {} },
];

/** Reading the snapshots of many domains and of deep ones, beside all others who could. */
export async function* measureInventory(bench: Bench): AsyncGenerator<Measurement> {
  const world = await bench.world();
  if (python === undefined) bench.say('left out: libvirt’s own client, which needs the package python3-libvirt');
  for (const each of inventories)
    try {
      if (bench.left() <= 0) throw new LeftOut('its time was over');
      yield* measure(each, world, bench.left());
    } catch (error) {
      if (!(error instanceof LeftOut)) throw error;
      bench.say(`left out: ${each.what} ${each.way}: ${error.message}`);
    }
}

async function* measure(inventory: Inventory, world: World, leftMs: number): AsyncGenerator<Measurement> {
  const { what, targets } = inventory;
  const withinMs = Math.min(inventory.withinMs, leftMs);
  const way = await world.ways.get(inventory.way);
  const domains = await inventory.domains(world);
  const rivals = rivalsOf(inventory, way, domains, world.lab.dir);
  // What is measured is neither a compiler at work nor a connection’s first steps.
  await readOurs(way.ours, world.lab.dir, [await world.deep(25)]);
  const times = await inRounds(rivals, { withinMs });
  const name = (who: string) => `${what} ${way.name}: ${who}`;
  for (const rival of rivals)
    yield { name: name(rival.name), unit: 'ms', values: times.get(rival.name) ?? [], ...rival.note };
  yield* compared(times, name, targets);
}

type NotedRival = Rival & { readonly note?: Pick<Measurement, 'note'> };

function rivalsOf({ parts }: Inventory, { ours, theirs }: Way, domains: readonly Read[], home: string): NotedRival[] {
  const snapshots = domains.reduce((sum, each) => sum + each.snapshots, 0);
  const rivals: NotedRival[] = [
    { name: 'Snapkeel', run: () => readOurs(ours, home, domains) },
    { name: 'raw', run: () => readRaw(ours, home, domains) },
  ];
  if (!parts) return rivals;
  const inPart = (name: string, size: number, read: (part: readonly Read[], size: number) => Promise<number>) => {
    const part = partOf(domains, size);
    const run = async () => (await read(part, size)) * (snapshots / size);
    const count = (each: number) => each.toLocaleString('en');
    const note = { note: `extrapolated from ${count(size)} of ${count(snapshots)}` };
    rivals.push({ name, run, ...(size < snapshots && { note }) });
  };
  if (python !== undefined) inPart('libvirt’s own client', parts.client, (part) => readWithLibvirt(theirs, part));
  inPart('one virsh, fed', parts.fed, (part) => readWithVirsh(theirs, part));
  inPart('a virsh per command', parts.each, async ([part], size) => {
    let took = 0;
    for (let at = 0; at < size; at++)
      took += await virshOnce(theirs, 'snapshot-dumpxml', part?.name ?? '', snapshotName(at));
    return took;
  });
  return rivals;
}

/** As many domains as have so many snapshots; of the last of them the first ones. */
function partOf(domains: readonly Read[], snapshots: number): Read[] {
  let left = snapshots;
  return domains.flatMap((each) => {
    const taken = Math.min(left, each.snapshots);
    left -= taken;
    return taken > 0 ? [{ ...each, snapshots: taken }] : [];
  });
}

function* compared(times: Times, name: (who: string) => string, targets: Targets): Generator<Measurement> {
  const { raw, client, fed, each } = targets;
  yield {
    ...{ name: name('Snapkeel, of the raw limit'), unit: '×', values: ratios(times, 'Snapkeel', 'raw') },
    ...(raw !== undefined && { target: raw }),
  };
  const faster = [
    ['libvirt’s own client', client],
    ['one virsh, fed', fed],
    ['a virsh per command', each],
  ] as const;
  for (const [rival, atLeast] of faster)
    if (times.has(rival))
      yield {
        ...{ name: name(`faster than ${rival}`), unit: '×', values: ratios(times, rival, 'Snapkeel') },
        ...(atLeast !== undefined && { atLeast }),
      };
}
