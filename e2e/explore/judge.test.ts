import { describe, expect, it } from 'vitest';
import type { Ended, Plan } from './app.ts';
import type { Entry, Reading, Sight } from './book.ts';
import { Book } from './book.ts';
import { type Case, judge, judgeUnseen, judgeWriting } from './judge.ts';
import type { AppStep } from './steps.ts';
import type { Disk, Snap, World } from './world.ts';

const disk = (target: string): Disk => ({
  target,
  device: 'disk',
  type: 'file',
  format: 'qcow2',
  path: `/images/${target}.qcow2`,
  readonly: false,
  alias: null,
});
const disks = ['hda', 'hdb'].map(disk);
const snap = (name: string, change: Partial<Snap> = {}): Snap => ({
  name,
  parent: null,
  state: 'shutoff',
  created: 1,
  memory: 'no',
  memoryFile: null,
  disks: new Map([
    ['hda', 'internal'],
    ['hdb', 'no'],
  ]),
  stored: disks,
  ...change,
});
const worldOf = (snapshots: readonly Snap[], change: Partial<World> = {}): World => ({
  exists: true,
  state: 'shut off',
  active: false,
  persistent: true,
  managedSave: false,
  disks,
  nextDisks: disks,
  snapshots: new Map(snapshots.map((each) => [each.name, each])),
  current: null,
  checkpoints: [],
  memory: null,
  ...change,
});
const readings = (hda: Reading, hdb: Reading) =>
  new Map<string, Reading>([
    ['hda', hda],
    ['hdb', hdb],
  ]);

/** A snapshot `a` of marks 5 and 6; the disks hold 7 and 8 now. */
function sightOf(change: Partial<Sight> = {}, world: Partial<World> = {}, snapshots = [snap('a')]): Sight {
  const held = new Map(snapshots.map(({ name }) => [name, new Map<string, Reading>([['hda', 5]])]));
  return { world: worldOf(snapshots, world), active: readings(7, 8), held, loose: new Map(), ...change };
}
const entry: Entry = {
  created: 1,
  marks: readings(5, 6),
  loose: new Map(),
  memory: '1e00',
  keeps: new Set(),
  ids: new Map(),
};
class Known extends Book {
  constructor(private readonly known: Entry = entry) {
    super({
      spec: { name: '', folder: '', disks: [], transient: false, pool: 'none' },
      dir: '/images',
      uuid: '',
      lab: undefined as never,
    });
  }
  override entry() {
    return this.known;
  }
  override lostOf(_name: string, held: ReadonlyMap<string, Reading>) {
    const found = held.get('hda') ?? 'gone';
    return found === 5 ? [] : [{ what: 'hda', expected: 5, found }];
  }
}

const revert: AppStep = { by: 'app', do: 'revert', to: 'a', start: 'as-saved', safety: false, dropSave: false };
const remove: AppStep = { by: 'app', do: 'delete', names: ['a'], mode: 'this' };
const describeIt: AppStep = { by: 'app', do: 'describe', of: 'a', text: '' };
const plan = (change: Partial<Plan> = {}): Plan => ({
  blockers: [],
  verdict: 'safe',
  said: [],
  goes: [],
  state: null,
  target: null,
  run: () => Promise.reject(new Error('judged only')),
  ...change,
});
const done: Ended = { result: 'done', text: '', differences: [], safety: null, tidied: [] };
const kindsOf = (c: Partial<Case> & Pick<Case, 'step'>) => {
  const usual = { plan: plan(), ended: done, before: sightOf(), after: sightOf(), book: new Known(), disturbed: false };
  return judge({ ...usual, ...c }).map(({ kind }) => kind);
};
const reverting = (after: Sight, change: Partial<Plan> = {}) =>
  kindsOf({ step: revert, plan: plan({ target: 'a', state: 'shut off', ...change }), after });

describe('what is held against the app', () => {
  it('nothing, where all came as it said', () => {
    expect(kindsOf({ step: describeIt })).toEqual([]);
    expect(reverting(sightOf({ active: readings(5, 8) }))).toEqual([]);
    const gone = sightOf({}, {}, []);
    expect(kindsOf({ step: remove, plan: plan({ verdict: 'ok', goes: ['a'] }), after: gone })).toEqual([]);
  });

  it('other data after a revert, and a disk that it was not to touch, unless it named them', () => {
    expect(reverting(sightOf({ active: readings(9, 8) }))).toEqual(['wrong data']);
    expect(reverting(sightOf({ active: readings(5, 6) }))).toEqual(['overwritten']);
    const said = [{ code: 'X', text: 'hdb goes back too.' }];
    expect(reverting(sightOf({ active: readings(5, 6) }), { said })).toEqual([]);
    expect(reverting(sightOf({ active: readings(9, 6) }), { verdict: 'risky' })).toEqual([]);
  });

  it('memory over disks of another time, and another memory', () => {
    const live = [snap('a', { state: 'running', memory: 'external' })];
    const running = { state: 'running', active: true };
    const before = sightOf({}, {}, live);
    const kinds = (memory: string, hdb: Reading) =>
      kindsOf({
        step: revert,
        plan: plan({ target: 'a', state: 'running' }),
        before,
        after: sightOf({ active: readings(5, hdb) }, { ...running, memory }, live),
      });
    expect(kinds('1e00', 6)).toEqual([]);
    expect(kinds('1e00', 8)).toEqual(['wrong data']);
    expect(kinds('22', 6)).toEqual(['wrong data']);
  });

  it('what a snapshot loses, and a snapshot that goes unsaid', () => {
    const after = sightOf({ held: new Map([['a', new Map([['hda', 9]])]]) });
    expect(kindsOf({ step: describeIt, after })).toEqual(['lost']);
    expect(
      kindsOf({ step: describeIt, after, plan: plan({ said: [{ code: 'X', text: '“a” is damaged.' }] }) }),
    ).toEqual([]);
    expect(kindsOf({ step: describeIt, before: after, after })).toEqual([]);
    expect(kindsOf({ step: remove, plan: plan(), after: sightOf({}, {}, []) })).toEqual(['vanished']);
    const writing = { step: describeIt, plan: plan(), before: sightOf(), after, book: new Known() };
    expect(judgeWriting(writing).map(({ kind }) => kind)).toEqual(['lost']);
  });

  it('a safe revert to what is not there any more', () => {
    const lost = [{ what: 'hda', expected: 5, found: 'gone' as const }];
    const unseen = (verdict: string) =>
      judgeUnseen('a', lost, plan({ verdict }), worldOf([snap('a')]), { by: 'daemon' });
    expect(unseen('safe').map(({ kind }) => kind)).toEqual(['unseen']);
    expect(unseen('risky')).toEqual([]);
    expect(unseen('willFail')).toEqual([]);
  });

  it('a disk that changes, one that was detached too', () => {
    expect(kindsOf({ step: describeIt, after: sightOf({ active: readings(7, 9) }) })).toEqual(['overwritten']);
    const before = sightOf({ loose: new Map([['/images/vdb.qcow2', 3]]) });
    const after = sightOf({ active: readings(5, 8), loose: new Map([['/images/vdb.qcow2', 4]]) });
    expect(kindsOf({ step: revert, plan: plan({ target: 'a', state: 'shut off' }), before, after })).toEqual([
      'overwritten',
    ]);
  });

  it('a guest that stops or loses its memory', () => {
    const on = (memory: string) => sightOf({}, { state: 'running', active: true, memory });
    expect(kindsOf({ step: describeIt, before: on('1'), after: sightOf() })).toEqual(['guest']);
    expect(kindsOf({ step: describeIt, before: on('1'), after: on('2') })).toEqual(['guest']);
    expect(kindsOf({ step: describeIt, before: on('1'), after: on('1') })).toEqual([]);
    const ended: Ended = { ...done, result: 'failed', text: 'no' };
    expect(kindsOf({ step: revert, ended, before: on('1'), after: sightOf() })).toEqual(['error', 'guest']);
  });

  it('a new snapshot that is not what was asked for', () => {
    const create: AppStep = { by: 'app', do: 'create', name: 'b', mode: 'disks-internal', live: false, without: [] };
    const made = (change: Partial<Snap>, hda: Reading) => {
      const both = [
        snap('a'),
        snap('b', {
          disks: new Map([
            ['hda', 'internal'],
            ['hdb', 'internal'],
          ]),
          ...change,
        }),
      ];
      const after = sightOf({}, {}, both);
      return kindsOf({
        step: create,
        after: { ...after, held: new Map([...after.held, ['b', new Map([['hda', hda]])]]) },
      });
    };
    expect(made({}, 5)).toEqual([]);
    expect(made({}, 'gone')).toEqual(['no data']);
    expect(
      made(
        {
          disks: new Map([
            ['hda', 'external'],
            ['hdb', 'internal'],
          ]),
        },
        5,
      ),
    ).toEqual(['no data']);
    expect(made({ memory: 'internal' }, 5)).toEqual(['no data']);
  });

  it('a refusal of libvirt’s that was not foreseen, and one of the app’s that it did not keep to', () => {
    const refused: Ended = { ...done, result: 'refused', text: 'no' };
    expect(kindsOf({ step: describeIt, ended: refused })).toEqual(['error']);
    const risky = plan({ verdict: 'risky' });
    const byLibvirt: Ended = { ...refused, text: 'no (libvirt error 1, INTERNAL_ERROR)' };
    expect(kindsOf({ step: describeIt, ended: byLibvirt, plan: risky })).toEqual(['doubted']);
    expect(kindsOf({ step: describeIt, ended: refused, plan: risky })).toEqual(['error']);
    expect(kindsOf({ step: describeIt, ended: refused, disturbed: true })).toEqual([]);
    const blocked = plan({ blockers: [{ code: 'X', text: '' }], verdict: 'willFail' });
    expect(kindsOf({ step: describeIt, plan: blocked, ended: refused })).toEqual([]);
    expect(kindsOf({ step: describeIt, plan: blocked })).toEqual(['not refused']);
    expect(kindsOf({ step: describeIt, ended: { ...done, differences: ['not so'] } })).toEqual(['difference']);
  });
});
