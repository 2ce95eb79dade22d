import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode, errorDomain } from '../../../shared/libvirt/flags.ts';
import type { DeleteMode } from '../../../shared/schema.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import type { DomainSpec } from '../../simulator/build.ts';
import type { Ground } from '../ground.ts';
import { type Bench, createBench, createGround, uuidOf } from '../testing.ts';
import { planDelete } from './plan.ts';
import { runDelete } from './run.ts';

const [inside, layered] = [uuidOf(1), uuidOf(2)];
const specs: DomainSpec[] = [
  {
    name: 'inside',
    uuid: inside,
    snapshots: [
      { name: 'root', ago: 400 },
      { name: 'side', ago: 300, parent: 'root' },
      { name: 'mid', ago: 200, parent: 'root' },
      { name: 'leaf', ago: 100 },
    ],
  },
  {
    name: 'layered',
    uuid: layered,
    state: 'running',
    snapshots: [
      { name: 'one', ago: 300, external: true },
      { name: 'two', ago: 200, external: true },
      { name: 'three', ago: 100, external: true },
    ],
  },
];
let bench: Bench;
let ground: Ground;

async function setUp(mergeMs = 0) {
  bench = createBench(specs, { mergeMs });
  bench.session.connect();
  await bench.status('connected');
  ground = await createGround(bench);
}
beforeEach(() => setUp());
afterEach(() => bench.close());

const run = async (uuid: string, names: string[], mode: DeleteMode = 'this', typedName?: string) => {
  const plan = await planDelete(bench.session, uuid, names, ground);
  return runDelete({ session: bench.session, plan, mode, typedName }, ground);
};
/** `name < parent` of each snapshot, and the current one with a star. */
const tree = async (uuid: string) => {
  const { snapshots, current } = (await bench.session.readSnapshots(uuid)).list;
  return snapshots
    .map(({ name, parent }) => `${name}${name === current ? '*' : ''}${parent === null ? '' : ` < ${parent}`}`)
    .sort();
};
const entries = () => ground.journal.list({ limit: 20 });

describe('the four ways', () => {
  it.each<[DeleteMode, string, string[]]>([
    ['this', 'mid', ['leaf* < root', 'root', 'side < root']],
    ['with-children', 'mid', ['root*', 'side < root']],
    ['children-only', 'root', ['root*']],
    ['metadata-only', 'leaf', ['mid* < root', 'root', 'side < root']],
  ])('%s of “%s”', async (mode, name, expected) => {
    expect(await run(inside, [name], mode)).toMatchObject({ result: 'done', differences: [] });
    expect(await tree(inside)).toEqual(expected);
  });

  it('keeps the XML of everything that goes', async () => {
    await run(inside, ['root'], 'children-only');
    const asked = entries();
    const kept = await ground.journal.xml(...asked.map(({ requestId }) => requestId));
    expect(kept.map(({ name }) => name).sort()).toEqual(['leaf', 'mid', 'side']);
    for (const entry of asked) expect(entry).toMatchObject({ kind: 'delete', flags: 0, result: 'done', hasXml: true });
  });

  it('several go one after the other, leaves first, each a request of its own', async () => {
    expect(await run(inside, ['mid', 'side', 'leaf'])).toMatchObject({ result: 'done', differences: [] });
    expect(await tree(inside)).toEqual(['root*']);
    expect(entries().map(({ snapshotName }) => snapshotName)).toHaveLength(3);
    expect(entries().at(-1)?.snapshotName).toBe('leaf');
  });

  it('of an external chain, where libvirt refuses --children, one after the other too', async () => {
    expect(await run(layered, ['two'], 'with-children')).toMatchObject({ result: 'done', differences: [] });
    expect(await tree(layered)).toEqual(['one*']);
  });

  it('takes marks along with what goes', async () => {
    const { host } = bench.session;
    await ground.marks.tag(host, inside, 'mid', 0, ['lab']);
    await run(inside, ['mid']);
    expect(ground.marks.taggedWith(host, inside, 'lab')).toEqual([]);
  });
});

describe('nothing is asked of libvirt', () => {
  afterEach(() => expect(entries()).toEqual([]));

  it('for what is pinned', async () => {
    await ground.marks.pin(bench.session.host, inside, 'mid', 0, true);
    await expect(run(inside, ['root'], 'with-children')).rejects.toThrow('“mid” is pinned');
  });

  it('without the name of a protected domain', async () => {
    await ground.marks.protect(bench.session.host, inside, true);
    await expect(run(inside, ['mid'])).rejects.toThrow();
    expect(ground.operations.list()).toEqual([]);
  });

  it('when something changed since it was read', async () => {
    const plan = await planDelete(bench.session, inside, ['mid'], ground);
    bench.simulator.hands.createSnapshot('inside', 'newer');
    await expect(runDelete({ session: bench.session, plan, mode: 'this' }, ground)).rejects.toThrow('current snapshot');
  });

  it('twice from one plan', async () => {
    await expect(run(inside, ['leaf'], 'children-only')).rejects.toThrow('nothing to delete');
  });
});

describe('a merge', () => {
  it('is followed, and cancelled: the snapshot is remembered as damaged until it is deleted again', async () => {
    await bench.close();
    await setUp(4_000);
    const deleting = run(layered, ['two']);
    const live = () => ground.operations.list().find(({ phase }) => phase === 'working');
    await bench.until(() => live()?.progress?.doneBytes);
    ground.operations.cancel(live()?.id ?? '');
    expect(await deleting).toMatchObject({ result: 'cancelled' });
    expect(await tree(layered)).toEqual(['one', 'three* < two', 'two < one']);
    expect(ground.marks.isInterrupted(bench.session.host, layered, 'two')).toBe(true);
    expect(await run(layered, ['two'])).toMatchObject({ result: 'done', differences: [] });
    expect(ground.marks.isInterrupted(bench.session.host, layered, 'two')).toBe(false);
  }, 20_000);

  it('that libvirt refuses leaves no mark', async () => {
    const error = { code: errorCode.OPERATION_INVALID, domain: errorDomain.QEMU, level: 2, message: 'no' };
    bench.simulator.faults.failNext('domainSnapshotDelete', new LibvirtError(error));
    expect(await run(layered, ['two'])).toMatchObject({ result: 'refused', notes: ['Still there: “two”.'] });
    expect(ground.marks.isInterrupted(bench.session.host, layered, 'two')).toBe(false);
  });

  it('whose answer never came is looked up, and remembered', async () => {
    bench.simulator.faults.dropOnNext('domainSnapshotDelete', 'before');
    expect(await run(layered, ['two'])).toMatchObject({
      result: 'unknown',
      notes: ['Still there: “two”.', expect.any(String)],
    });
    expect(ground.marks.isInterrupted(bench.session.host, layered, 'two')).toBe(true);
    expect(entries()[0]).toMatchObject({ result: 'unknown', resolved: true });
  });
});

it('with one of several failed, says what is gone and what is still there', async () => {
  const error = { code: errorCode.INTERNAL_ERROR, domain: errorDomain.QEMU, level: 2, message: 'no' };
  const plan = await planDelete(bench.session, inside, ['side', 'leaf'], ground);
  bench.simulator.faults.failNext('domainSnapshotDelete', new LibvirtError(error));
  const first = await runDelete({ session: bench.session, plan, mode: 'this' }, ground);
  expect(first).toMatchObject({ result: 'failed', notes: ['Still there: “leaf”, “side”.'] });
});
