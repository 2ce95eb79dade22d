import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode, errorDomain } from '../../../shared/libvirt/flags.ts';
import { deleteType } from '../../../shared/operations/delete/type.ts';
import type { DeleteMode, DeletePlan } from '../../../shared/schema.ts';
import { cancelBlockJobs } from '../../libvirt/block-jobs.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import type { DomainSpec } from '../../simulator/build.ts';
import { type Bench, createBench, createServices, engineOn, uuidOf } from '../../testing.ts';
import type { Engine } from '../engine/engine.ts';
import type { Services } from '../engine/services.ts';
import { lost } from '../engine/settle.ts';

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
let services: Services;
let engine: Engine;

async function setUp(mergeMs = 0) {
  await bench?.close();
  bench = createBench(specs, { mergeMs });
  bench.session.connect();
  await bench.status('connected');
  services = await createServices(bench);
  engine = engineOn(bench, services);
}
beforeEach(() => setUp());
afterEach(() => bench.close());

const plan = (uuid: string, names: string[]) => engine.plan('delete', bench.session.host.id, uuid, { names });
const carryOut = async (made: DeletePlan, mode: DeleteMode = 'this', typedName?: string) => {
  const { consents } = deleteType.assess(made, made.facts, { mode });
  const acknowledged = consents.map(({ code }) => code);
  return engine.run('delete', { planId: made.planId, choice: { mode }, acknowledged, typedName });
};
const run = async (uuid: string, names: string[], mode: DeleteMode = 'this', typedName?: string) =>
  carryOut(await plan(uuid, names), mode, typedName);
/** `name < parent` of each snapshot, and the current one with a star. */
const tree = async (uuid: string) => {
  const { snapshots, current } = (await bench.session.readSnapshots(uuid)).list;
  return snapshots
    .map(({ name, parent }) => `${name}${name === current ? '*' : ''}${parent === null ? '' : ` < ${parent}`}`)
    .sort();
};
const entries = () => services.journal.list({ limit: 20 });

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
    const kept = await services.journal.xml(...asked.map(({ requestId }) => requestId));
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
    await services.marks.tag(host, inside, 'mid', 0, ['lab']);
    await run(inside, ['mid']);
    expect(services.marks.taggedWith(host, inside, 'lab')).toEqual(new Set());
  });
});

describe('nothing is asked of libvirt', () => {
  afterEach(() => expect(entries()).toEqual([]));

  it('for what is pinned', async () => {
    await services.marks.pin(bench.session.host, inside, 'mid', 0, true);
    await expect(run(inside, ['root'], 'with-children')).rejects.toThrow('“mid” is pinned');
  });

  it('without the name of a protected domain', async () => {
    await services.marks.protect(bench.session.host, inside, true);
    await expect(run(inside, ['mid'])).rejects.toThrow();
    expect(services.operations.list()).toEqual([]);
  });

  it('without consent to what is told of it', async () => {
    const { planId } = await plan(layered, ['two']);
    await expect(engine.run('delete', { planId, choice: { mode: 'this' }, acknowledged: [] })).rejects.toThrow(
      'agreement',
    );
  });

  it('when something changed since it was read', async () => {
    const made = await plan(inside, ['mid']);
    bench.simulator.hands.createSnapshot('inside', 'newer');
    await expect(carryOut(made)).rejects.toThrow('current snapshot');
  });

  it('when there is nothing below to delete', async () => {
    await expect(run(inside, ['leaf'], 'children-only')).rejects.toThrow('nothing to delete');
  });
});

describe('a merge', () => {
  it('is followed, and cancelled: the snapshot is remembered as damaged until it is deleted again', async () => {
    await setUp(4_000);
    const deleting = run(layered, ['two']);
    const live = () => services.operations.list().find(({ phase }) => phase === 'working');
    await bench.until(() => live()?.progress?.doneBytes);
    services.operations.cancel(live()?.id ?? '');
    expect(await deleting).toMatchObject({ result: 'cancelled' });
    expect(await tree(layered)).toEqual(['one', 'three* < two', 'two < one']);
    expect(services.marks.isInterrupted(bench.session.host, layered, 'two')).toBe(true);
    expect(await run(layered, ['two'])).toMatchObject({ result: 'done', differences: [] });
    expect(services.marks.isInterrupted(bench.session.host, layered, 'two')).toBe(false);
  }, 20_000);

  it('that libvirt refuses leaves no mark', async () => {
    const error = { code: errorCode.OPERATION_INVALID, domain: errorDomain.QEMU, level: 2, message: 'no' };
    bench.simulator.faults.failNext('domainSnapshotDelete', new LibvirtError(error));
    expect(await run(layered, ['two'])).toMatchObject({ result: 'refused', notes: ['Still there: “two”.'] });
    expect(services.marks.isInterrupted(bench.session.host, layered, 'two')).toBe(false);
  });

  it('that libvirt was never asked for, as the connection was lost before, leaves no mark', async () => {
    bench.simulator.faults.dropOnNext('domainSnapshotDelete', 'before');
    expect(await run(layered, ['two'])).toMatchObject({
      result: 'unknown',
      notes: ['Still there: “two”.'],
      problem: { code: 'ANSWER_LOST' },
    });
    expect(services.marks.isInterrupted(bench.session.host, layered, 'two')).toBe(false);
    expect(entries()[0]).toMatchObject({
      result: 'unknown',
      resolved: true,
      differences: [expect.any(String), 'Still there: “two”.'],
    });
  });

  it('of the first snapshot, above which nothing is noted, counts as damaged where its answer never came', async () => {
    bench.simulator.faults.dropOnNext('domainSnapshotDelete', 'before');
    const { notes } = await run(layered, ['one']);
    expect(notes).toEqual(['Still there: “one”.', expect.stringContaining('It is not known whether the image')]);
    expect(services.marks.isInterrupted(bench.session.host, layered, 'one')).toBe(true);
  });

  it.each([
    ['cut while it goes on', () => setUp(3_000)],
    ['lost once it is done', async () => bench.simulator.faults.dropOnNext('domainSnapshotDelete', 'after')],
  ])('whose connection is %s is told as what came of it', async (_, prepare) => {
    await prepare();
    const deleting = run(layered, ['two']);
    const isMerging = () => services.operations.list().some(({ progress }) => progress?.doneBytes);
    await bench.until(() => isMerging() || !bench.session.isConnected);
    bench.simulator.faults.dropConnections();
    expect(await deleting).toMatchObject({ result: 'done', differences: [], notes: [lost] });
    expect(await tree(layered)).toEqual(['one', 'three* < one']);
    expect(services.marks.isInterrupted(bench.session.host, layered, 'two')).toBe(false);
    expect(entries()).toMatchObject([{ result: 'done', resolved: true, differences: [lost] }]);
  });

  it('that is broken off while nobody sees it is told as what it left', async () => {
    await setUp(600_000);
    const deleting = run(layered, ['two']);
    await bench.until(() => services.operations.list().some(({ progress }) => progress?.doneBytes));
    expect(services.marks.isInterrupted(bench.session.host, layered, 'two')).toBe(true);
    bench.simulator.faults.dropConnections();
    await bench.status('retrying');
    await bench.status('connected');
    await cancelBlockJobs(bench.session.reads, layered);
    expect(await deleting).toMatchObject({
      result: 'unknown',
      notes: [
        'Still there: “two”.',
        expect.stringContaining('do not revert to'),
        expect.stringContaining('libvirt recorded at “one”'),
      ],
    });
    expect(services.marks.isInterrupted(bench.session.host, layered, 'two')).toBe(true);
  });
});

it('of several that stop where the answer was lost, says how far they came', async () => {
  const made = await plan(inside, ['side', 'leaf']);
  bench.simulator.faults.dropOnNext('domainSnapshotDelete', 'after');
  expect(await carryOut(made)).toMatchObject({
    result: 'failed',
    notes: ['Gone: “leaf”.', 'Still there: “side”.'],
    problem: { code: 'ANSWER_LOST' },
  });
  expect(entries()).toMatchObject([{ snapshotName: 'leaf', result: 'done', resolved: true }]);
});

it('with one of several failed, says what is gone and what is still there', async () => {
  const error = { code: errorCode.INTERNAL_ERROR, domain: errorDomain.QEMU, level: 2, message: 'no' };
  const made = await plan(inside, ['side', 'leaf']);
  bench.simulator.faults.failNext('domainSnapshotDelete', new LibvirtError(error));
  const first = await carryOut(made);
  expect(first).toMatchObject({ result: 'failed', notes: ['Still there: “leaf”, “side”.'] });
});
