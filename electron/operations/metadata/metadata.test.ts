import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCode, errorDomain } from '../../../shared/libvirt/flags.ts';
import { EditPlan, Outcome } from '../../../shared/schema.ts';
import { ProblemError } from '../../hosts/problems.ts';
import { snapshotXml } from '../../libvirt/snapshots.ts';
import type { DomainSpec } from '../../simulator/build.ts';
import {
  type Bench,
  createBench,
  createServices,
  engineOn,
  type MemoryFile,
  memoryFile,
  metadataOn,
  uuidOf,
} from '../../testing.ts';
import type { Engine } from '../engine/engine.ts';
import { StalePlanError } from '../engine/plans.ts';
import type { Services } from '../engine/services.ts';
import { settleLater } from '../engine/settle-later.ts';
import { conclusions } from '../registry.ts';

const [inside, layered, bare] = [1, 2, 3].map(uuidOf) as [string, string, string];
const specs: readonly DomainSpec[] = [
  {
    name: 'inside',
    uuid: inside,
    state: 'running',
    graphics: 'vnc',
    password: 's3cret',
    snapshots: [
      { name: 'root', ago: 900, description: 'first' },
      { name: 'middle', ago: 600, state: 'running', description: 'second' },
      { name: 'leaf', ago: 300 },
      { name: 'branch', ago: 200, parent: 'root' },
    ],
    current: 'leaf',
  },
  {
    name: 'layered',
    uuid: layered,
    graphics: 'vnc',
    password: 's3cret',
    snapshots: [
      { name: 'root', ago: 900, external: true },
      { name: 'middle', ago: 600, external: true, state: 'disk-snapshot', description: 'before' },
      { name: 'left', ago: 300, external: true },
      { name: 'right', ago: 200, external: true, parent: 'middle' },
    ],
    current: 'middle',
  },
  { name: 'bare', uuid: bare },
];
let bench: Bench;
let services: Services;
let file: MemoryFile;
let engine: Engine;

beforeEach(async () => {
  bench = createBench(specs);
  file = memoryFile();
  services = await createServices(bench, file);
  engine = engineOn(bench, services);
  bench.session.connect();
  await bench.status('connected');
});
afterEach(() => bench.close());

const model = (name: string) => bench.simulator.hands.domain(name);
const tree = (name: string) => model(name).snapshots.map((each) => [each.name, each.parent, each.description]);
const kinds = () => metadataOn(engine, 'lab');
type Planned = Awaited<ReturnType<ReturnType<typeof metadataOn>['planEdit']>>;
const plan = async (uuid: string, name: string) => {
  const of = await kinds().planEdit(uuid, name);
  EditPlan.parse(of);
  return of;
};
const edit = async (of: Planned, change: { name?: string; description?: string }, typedName?: string) =>
  Outcome.parse(await kinds().edit(of, { ...of.snapshot, ...change }, typedName));
const problem = (of: Promise<unknown>): Promise<string> =>
  of.then(
    () => 'nothing was thrown',
    (error) => (error instanceof ProblemError ? error.problem.code : String(error)),
  );
const fail = (procedure: 'domainSnapshotCreateXml' | 'domainSnapshotDelete', times = 1) => {
  for (let n = 0; n < times; n++)
    bench.simulator.faults.failNext(procedure, {
      code: errorCode.SYSTEM_ERROR,
      domain: errorDomain.QEMU,
      message: "unable to save metadata\n  <graphics passwd='s3cret'/>\n---^",
    });
};
const entries = () => services.journal.list({ limit: 100 }).toReversed();

describe('editing a description', () => {
  it('in the middle of a chain keeps the tree, the current one, the configuration and its password', async () => {
    const before = await snapshotXml(bench.session.reads, inside, 'middle');
    const outcome = await edit(await plan(inside, 'middle'), { description: 'line one\n<b>&amp; "two"' });
    expect(outcome).toMatchObject({ result: 'done', differences: [] });
    const after = await snapshotXml(bench.session.reads, inside, 'middle');
    expect(after).toBe(before.replace('second', 'line one\n&lt;b&gt;&amp;amp; &quot;two&quot;'));
    expect(model('inside').snapshots[1]?.config?.password).toBe('s3cret');
    expect(model('inside').current).toBe('leaf');
    expect(tree('inside').map(([name, parent]) => [name, parent])).toEqual([
      ['root', null],
      ['middle', 'root'],
      ['leaf', 'middle'],
      ['branch', 'root'],
    ]);
  });

  it('writes the old XML into the journal, and never a password', async () => {
    await edit(await plan(inside, 'middle'), { description: 'other' });
    const [entry] = entries();
    expect(entry).toMatchObject({ kind: 'redefine', snapshotName: 'middle', result: 'done', hasXml: true, flags: 1 });
    const [kept] = await services.journal.xml(entry?.requestId ?? '');
    expect(kept?.xml).toContain('<description>second</description>');
    expect(file.text.includes('s3cret')).toBe(false);
  });

  it('of the current snapshot keeps it the current one', async () => {
    await edit(await plan(inside, 'leaf'), { description: 'now described' });
    expect(model('inside').current).toBe('leaf');
    expect(entries()[0]?.flags).toBe(1); // CURRENT would drop its record of overlays
  });

  it('takes it away when it is empty', async () => {
    expect(await edit(await plan(inside, 'root'), { description: '' })).toMatchObject({
      result: 'done',
      notes: [expect.stringContaining('no description'), expect.any(String)],
    });
    expect(await snapshotXml(bench.session.reads, inside, 'root')).not.toMatch(/<\/name>\s*<description>/);
  });

  it('that libvirt refuses changes nothing, and says so without the XML that libvirt quotes', async () => {
    const before = model('inside');
    const of = await plan(inside, 'middle');
    fail('domainSnapshotCreateXml');
    const outcome = await edit(of, { description: 'lost' });
    expect(outcome).toMatchObject({ result: 'failed', differences: [], problem: { code: 'SYSTEM_ERROR' } });
    expect(outcome.notes[0]).toContain('as it was before');
    expect(JSON.stringify(outcome)).not.toContain('s3cret');
    expect(file.text.includes('s3cret')).toBe(false);
    expect(model('inside')).toEqual(before);
  });

  it('refuses what libvirt cannot keep, and an edit that changes nothing', async () => {
    const of = await plan(inside, 'middle');
    expect(await problem(edit(of, { description: 'bell \u0007' }))).toBe('DESCRIPTION_REFUSED');
    expect(await problem(edit(of, { description: 'x'.repeat((1 << 20) + 1) }))).toBe('DESCRIPTION_REFUSED');
    expect(await problem(edit(of, {}))).toBe('NOTHING_TO_CHANGE');
    expect(bench.simulator.faults.calls).not.toContain('domainSnapshotCreateXml');
  });

  it('is refused when somebody changed the snapshot meanwhile', async () => {
    const of = await plan(inside, 'middle');
    const again = await plan(inside, 'middle');
    await edit(again, { description: 'theirs' });
    const stale = await edit(of, { description: 'mine' }).catch((error) => error);
    expect(stale).toBeInstanceOf(StalePlanError);
    expect(stale.changes).toEqual(['The description of “middle” has changed.']);
    expect(tree('inside')[1]?.[2]).toBe('theirs');
    expect(() => engine.held('edit', again.planId)).toThrow('was carried out already');
  });

  it('whose answer is lost is looked into', async () => {
    const of = await plan(inside, 'middle');
    bench.simulator.faults.dropOnNext('domainSnapshotCreateXml', 'after');
    const outcome = await edit(of, { description: 'kept after all' });
    expect(outcome).toMatchObject({ result: 'done', differences: [] });
    expect(entries()[0]).toMatchObject({ result: 'done', resolved: true });
    expect(tree('inside')[1]?.[2]).toBe('kept after all');
  });
});

describe('renaming', () => {
  it('is refused where the name is a tag in an image', async () => {
    const of = await plan(inside, 'middle');
    expect(of.nameFixed).toMatchObject({
      code: 'internal-disk',
      text: expect.stringContaining('inside its disk images'),
    });
    expect(await problem(edit(of, { name: 'other' }))).toBe('NAME_REFUSED');
  });

  it('takes the children, the current one and everything in the XML along', async () => {
    const before = await snapshotXml(bench.session.reads, layered, 'middle');
    const outcome = await edit(await plan(layered, 'middle'), { name: 'centre', description: 'after' });
    expect(outcome).toMatchObject({ result: 'done', differences: [] });
    expect(outcome.notes[0]).toContain('“centre” now. Its 2 children belong');
    expect(await snapshotXml(bench.session.reads, layered, 'centre')).toBe(
      before.replace('<name>middle</name>', '<name>centre</name>').replace('before', 'after'),
    );
    expect(tree('layered').map(([name, parent]) => [name, parent])).toEqual([
      ['root', null],
      ['left', 'centre'],
      ['right', 'centre'],
      ['centre', 'root'],
    ]);
    expect(model('layered').current).toBe('centre');
    expect(model('layered').snapshots.every(({ config }) => config?.password === 's3cret')).toBe(true);
    expect(entries().map(({ snapshotName, flags, result }) => [snapshotName, flags, result])).toEqual([
      ['centre', 19, 'done'],
      ['left', 1, 'done'],
      ['right', 1, 'done'],
      ['middle', 2, 'done'],
    ]);
  });

  it('takes pins, tags and what Snapkeel remembers along', async () => {
    const { marks } = services;
    const { host } = bench.session;
    await marks.pin(host, layered, 'middle', 0, true);
    await marks.tag(host, layered, 'middle', 0, ['release']);
    await marks.addSafety(host, { uuid: layered, name: 'middle', createdAt: 1, requestId: 'r', revertedTo: 'root' });
    await marks.noteRevert(host, layered, { revertedTo: 'middle', safetyRequestId: 'r' });
    await edit(await plan(layered, 'middle'), { name: 'centre' });
    expect(marks.isPinned(host, layered, 'centre')).toBe(true);
    expect(marks.taggedWith(host, layered, 'release')).toEqual(new Set(['centre']));
    expect(marks.safety(host, layered)).toMatchObject([{ name: 'centre' }]);
    expect(marks.lastRevert(host, layered)).toMatchObject({ revertedTo: 'centre' });
  });

  it.each([
    ['a/b', 'slash'],
    ['.b', 'full stop'],
    ['', 'needs a name'],
    ['left', 'already'],
    ['é'.repeat(101), 'too long'],
  ])('refuses the name “%s”', async (name, reason) => {
    const refused = await edit(await plan(layered, 'middle'), { name }).catch((error) => error);
    expect(refused.problem.what).toContain(reason);
  });

  it.each([1, 2, 3, 4])('that fails at step %i is put back, with the current one and every byte', async (step) => {
    const before = model('layered');
    const of = await plan(layered, 'middle');
    let asked = 0;
    const { call } = bench.session.writes;
    bench.session.writes.call = (procedure, args) => {
      if (++asked === step) fail(step === 4 ? 'domainSnapshotDelete' : 'domainSnapshotCreateXml');
      return call.call(bench.session.writes, procedure, args) as never;
    };
    const outcome = await edit(of, { name: 'centre' });
    expect(outcome).toMatchObject({ result: 'failed', differences: [], problem: { code: 'SYSTEM_ERROR' } });
    expect(outcome.notes).toEqual([expect.stringContaining('Everything is as it was before')]);
    const byName = (of: typeof before) => of.snapshots.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(model('layered'))).toEqual(byName(before));
    expect(model('layered').current).toBe('middle');
    expect(file.text.includes('s3cret')).toBe(false);
  });

  it.each([1, 2, 4])('whose answer is lost at step %i ends whole: renamed, or as before', async (step) => {
    const of = await plan(layered, 'middle');
    let asked = 0;
    const arm = () => {
      if (++asked !== step) return;
      bench.simulator.faults.dropOnNext(step === 4 ? 'domainSnapshotDelete' : 'domainSnapshotCreateXml', 'after');
    };
    const { begin } = services.journal;
    services.journal.begin = (...args) => {
      arm();
      return begin.apply(services.journal, args);
    };
    const before = tree('layered').toSorted();
    const outcome = await edit(of, { name: 'centre' });
    expect(outcome.differences).toEqual([]);
    expect(outcome.result).toBe(step === 4 ? 'done' : 'unknown');
    if (step === 4) expect(entries().at(-1)).toMatchObject({ result: 'done', resolved: true });
    else expect(tree('layered').toSorted()).toEqual(before);
    expect(model('layered').current).toBe(step === 4 ? 'centre' : 'middle');
  });
});

describe('making a snapshot the current one', () => {
  const planCurrent = async (uuid: string, name: string) => kinds().planMakeCurrent(uuid, name);

  it('among internal ones changes nothing but that', async () => {
    const before = model('inside');
    const outcome = Outcome.parse(await kinds().makeCurrent(await planCurrent(inside, 'middle')));
    expect(outcome).toMatchObject({ result: 'done', differences: [] });
    expect(model('inside')).toEqual({ ...before, current: 'middle' });
  });

  it('is refused with external ones in the tree, and for the one that is current', async () => {
    const of = await planCurrent(layered, 'root');
    expect(of.refusal).toMatchObject({ code: 'external-tree' });
    expect(await problem(kinds().makeCurrent(of))).toBe('MAKE_CURRENT_REFUSED');
    expect((await planCurrent(inside, 'leaf')).refusal).toMatchObject({ code: 'already-current' });
    expect(bench.simulator.faults.calls).not.toContain('domainSnapshotCreateXml');
  });

  it('is refused when another became the current one meanwhile', async () => {
    const of = await planCurrent(inside, 'middle');
    await kinds().makeCurrent(await planCurrent(inside, 'branch'));
    await expect(kinds().makeCurrent(of)).rejects.toThrow('“branch”');
  });
});

describe('a protected domain', () => {
  it('wants its name typed for every change of its snapshots, and is asked in the turn', async () => {
    const [edited, moved] = [await plan(inside, 'middle'), await kinds().planMakeCurrent(inside, 'middle')];
    await services.marks.protect(bench.session.host, inside, true);
    expect(await problem(edit(edited, { description: 'new' }))).toBe('NAME_NOT_TYPED');
    expect(await problem(edit(edited, { description: 'new' }, 'Inside'))).toBe('NAME_NOT_TYPED');
    expect(await problem(kinds().makeCurrent(moved))).toBe('NAME_NOT_TYPED');
    expect(entries()).toEqual([]);
    expect(await kinds().makeCurrent(moved, 'inside')).toMatchObject({ result: 'done' });
    expect(await edit(await plan(inside, 'middle'), { description: 'new' }, 'inside')).toMatchObject({
      result: 'done',
    });
  });
});

describe('a crash in the middle', () => {
  it('is told when the host is connected again: what is there, and that steps may be missing', async () => {
    const { journal } = services;
    const of = {
      operationId: 'op',
      kind: 'redefine',
      host: bench.session.host,
      flags: 1,
      currentBefore: null,
    } as const;
    const about = { ...of, domain: { uuid: layered, name: 'layered' }, plan: ['“centre” is added'] };
    const requests = [
      await journal.begin({ ...about, snapshot: 'centre' }),
      await journal.begin({ ...about, snapshot: 'left' }),
    ];
    for (const requestId of requests) journal.abandon(requestId);
    const stop = settleLater(bench.session, services, conclusions);
    bench.simulator.faults.dropConnections();
    await bench.until(() => entries().every(({ result }) => result !== null));
    stop();
    expect(entries().map(({ result, differences }) => [result, ...differences.slice(1)])).toEqual([
      ['unknown', 'There is no snapshot “centre”.', expect.stringContaining('one of several steps')],
      ['unknown', 'The snapshot “left” is there.', expect.stringContaining('one of several steps')],
    ]);
  });
});
