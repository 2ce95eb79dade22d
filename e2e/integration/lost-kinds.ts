import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { engineOn, metadataOn, revertsOn, type TestedRevert, takesOn } from '../../electron/testing.ts';
import type { ProblemCode } from '../../shared/errors.ts';
import { firstDraft, withMode } from '../../shared/operations/create/draft.ts';
import { consentsOfButton } from '../../shared/operations/operation.ts';
import { powerType } from '../../shared/operations/power/type.ts';
import type { PowerAction } from '../../shared/operations/words.ts';
import type { CreateMode, JournalEntry, Outcome } from '../../shared/schema.ts';
import type { Guest } from '../lab/guest.ts';
import type { Lab } from '../lab/lab.ts';
import type { Connected } from './connected.ts';
import { planDelete } from './deletion.ts';

/** What virsh says of a guest. */
export interface Said {
  readonly uuid: string;
  readonly state: string;
  readonly current: string;
  readonly image: string;
  readonly managedSave: boolean;
  /** The XML of each snapshot, with secrets. */
  readonly snapshots: Readonly<Record<string, string>>;
}

interface At {
  readonly at: Connected;
  readonly guest: Guest;
  readonly uuid: string;
}
type Run = () => Promise<Pick<Outcome, 'result' | 'problem'>>;

/** A request whose answer is lost. */
export interface LostKind {
  readonly what: string;
  /** Makes a guest that is off what it has to be, with a snapshot “one”. */
  prepare(lab: Lab, guest: Guest): Promise<void>;
  plan(at: At): Promise<Run>;
  /** Which request of several; the first unless said. */
  readonly lost?: Partial<Pick<JournalEntry, 'kind' | 'snapshotName'>>;
  /** What virsh says when libvirt has done it, besides what it said before. */
  done(said: Said, guest: Guest): Partial<Said>;
  /** `done`: looking proves it where it was done. `refused`: so is what was to be asked for next, done or not. */
  readonly told: Extract<Outcome['result'], 'done' | 'unknown' | 'refused'>;
  /** What is said to be the matter where it is not told as done. */
  readonly problem?: ProblemCode;
  /** A snapshot that is imported. */
  readonly imports?: string;
}

export async function askVirsh(lab: Lab, { name }: Guest): Promise<Said> {
  const [uuid = '', state = '', current = '', disks = '', info = '', names = ''] = await answers(lab, [
    ...['domuuid', 'domstate'].map((command) => `${command} ${name}`),
    `snapshot-current ${name} --name`,
    `domblklist ${name}`,
    `dominfo ${name}`,
    `snapshot-list ${name} --name`,
  ]);
  const snapshots = names.split('\n').filter(Boolean);
  const dump = (snapshot: string) => `snapshot-dumpxml ${name} --snapshotname '${snapshot}' --security-info`;
  const xml = await answers(lab, snapshots.map(dump));
  return {
    uuid,
    state,
    current,
    image: /^hda +(.*)$/m.exec(disks.replace(/^ +/gm, ''))?.[1] ?? '',
    managedSave: /^Managed save: +yes$/m.test(info),
    snapshots: Object.fromEntries(snapshots.map((snapshot, index) => [snapshot, xml[index] ?? ''])),
  };
}

/** Several commands by one virsh, which takes as long to begin as all of them. */
async function answers(lab: Lab, commands: readonly string[]): Promise<string[]> {
  const end = '=end=';
  return (await lab.virsh(commands.join(`; echo ${end}; `))).split(end).map((answer) => answer.trim());
}

const start = (lab: Lab, { name }: Guest) => lab.virsh('start', name);
const file = ({ folder }: Guest, name: string) => join(folder, name);
const one = (guest: Guest, ...more: string[]) => guest.snapshot('one', ...more);
const oneAndTwo = async (guest: Guest) => {
  await one(guest, '--description', 'as it was');
  await guest.snapshot('two');
};
const without = ({ snapshots }: Said, gone: string) =>
  Object.fromEntries(Object.entries(snapshots).filter(([name]) => name !== gone));
const engineAt = ({ at }: At) => [engineOn(at, at.services), at.session.host.id] as const;

const power =
  (action: PowerAction): LostKind['plan'] =>
  async (at) => {
    const [engine, host] = engineAt(at);
    const plan = await engine.plan('power', host, at.uuid, { action });
    const choice = { discardSave: false };
    const acknowledged = consentsOfButton(powerType.assess(plan, plan.facts, choice));
    return () => engine.run('power', { planId: plan.planId, choice, acknowledged });
  };
const take =
  (mode: CreateMode): LostKind['plan'] =>
  async (at) => {
    const takes = takesOn(...engineAt(at));
    const plan = await takes.plan(at.uuid);
    return () => takes.run({ plan, draft: withMode(plan.facts, firstDraft(plan.facts, 'two'), mode) });
  };
const revert =
  (choice: TestedRevert = {}): LostKind['plan'] =>
  async (at) => {
    const reverts = revertsOn(...engineAt(at));
    const plan = await reverts.plan(at.uuid, { kind: 'named', name: 'one' });
    return () => reverts.run(plan, choice);
  };
const edit =
  (change: { readonly name?: string; readonly description?: string }): LostKind['plan'] =>
  async (at) => {
    const metadata = metadataOn(...engineAt(at));
    const plan = await metadata.planEdit(at.uuid, 'one');
    return () => metadata.edit(plan, { name: 'one', description: plan.snapshot.description, ...change });
  };
/** An external snapshot: the name of an internal one is in the image too, so that it keeps it. */
const named = (guest: Guest) => one(guest, '--disk-only', '--diskspec', `hda,file=${file(guest, 'one.over')}`);

/** A guest that is on, and was off when something was done with it. */
const startedAfter =
  (before: (guest: Guest) => Promise<void>): LostKind['prepare'] =>
  async (lab, guest) => {
    await before(guest);
    await start(lab, guest);
  };

/**
 * Not here: the other actions on a guest’s power are the same request by another procedure, and so is Undo, which is a
 * revert. Older safety snapshots are deleted by the request of a deletion, once their revert has been answered.
 */
export const lostKinds: readonly LostKind[] = [
  {
    what: 'start',
    prepare: async (_lab, guest) => one(guest),
    plan: power('start'),
    done: () => ({ state: 'running' }),
    told: 'done',
  },
  {
    what: 'force off',
    prepare: startedAfter(one),
    plan: power('destroy'),
    done: () => ({ state: 'shut off' }),
    told: 'done',
  },
  {
    what: 'take an internal snapshot with memory',
    prepare: startedAfter(one),
    plan: take('memory-internal'),
    done: ({ snapshots }) => ({ current: 'two', snapshots: { ...snapshots, two: expect.any(String) } }),
    told: 'unknown',
  },
  {
    what: 'take a snapshot of the disks alone',
    prepare: startedAfter(named),
    plan: take('disks-external'),
    done: ({ snapshots }, guest) => ({
      current: 'two',
      image: file(guest, 'one.two'),
      snapshots: { ...snapshots, two: expect.any(String) },
    }),
    told: 'unknown',
  },
  {
    what: 'describe',
    prepare: async (_lab, guest) => oneAndTwo(guest),
    plan: edit({ description: 'as it should be' }),
    done: ({ snapshots }) => ({
      snapshots: { ...snapshots, one: snapshots.one?.replace('as it was', 'as it should be') ?? '' },
    }),
    told: 'done',
  },
  {
    // Half a renaming is not left: what libvirt has done of it is taken back.
    what: 'rename, at the first step',
    prepare: async (_lab, guest) => named(guest),
    plan: edit({ name: 'eins' }),
    done: () => ({}),
    told: 'unknown',
  },
  {
    what: 'rename, at the last step',
    prepare: async (_lab, guest) => named(guest),
    plan: edit({ name: 'eins' }),
    lost: { snapshotName: 'one' },
    done: ({ snapshots }) => ({
      current: 'eins',
      snapshots: { eins: snapshots.one?.replace('<name>one<', '<name>eins<') ?? '' },
    }),
    told: 'done',
  },
  {
    what: 'make current',
    prepare: async (_lab, guest) => oneAndTwo(guest),
    async plan(at) {
      const metadata = metadataOn(...engineAt(at));
      const plan = await metadata.planMakeCurrent(at.uuid, 'one');
      return () => metadata.makeCurrent(plan);
    },
    done: () => ({ current: 'one' }),
    told: 'done',
  },
  {
    what: 'import',
    async prepare(lab, guest) {
      await oneAndTwo(guest);
      const { snapshots } = await askVirsh(lab, guest);
      await writeFile(file(guest, 'two.xml'), snapshots.two ?? '');
      await lab.virsh('snapshot-delete', guest.name, 'two', '--metadata');
    },
    async plan(at) {
      const metadata = metadataOn(...engineAt(at));
      const text = await readFile(file(at.guest, 'two.xml'), 'utf8');
      const plan = await metadata.planImport(at.uuid, [{ name: 'two.xml', text }]);
      return () => metadata.import(plan);
    },
    done: ({ snapshots }) => ({ snapshots: { ...snapshots, two: expect.stringContaining('<name>two</name>') } }),
    told: 'done',
    imports: 'two',
  },
  {
    what: 'delete',
    prepare: async (_lab, guest) => oneAndTwo(guest),
    async plan({ at, uuid }) {
      const { run } = await planDelete(at, uuid, ['one']);
      return run;
    },
    done: (said) => ({ snapshots: { two: (without(said, 'one').two ?? '').replace(/\s*<parent>.*?<\/parent>/s, '') } }),
    told: 'done',
    problem: 'ANSWER_LOST',
  },
  {
    what: 'revert',
    async prepare(lab, guest) {
      await start(lab, guest);
      await oneAndTwo(guest);
    },
    plan: revert(),
    done: () => ({ current: 'one' }),
    told: 'unknown',
  },
  {
    // The revert is then not asked for.
    what: 'take a safety snapshot before a revert',
    prepare: async (_lab, guest) => one(guest),
    plan: revert({ safetySnapshot: true }),
    lost: { kind: 'safety-snapshot' },
    done: () => ({ current: expect.any(String), snapshots: expect.any(Object) }),
    told: 'refused',
    problem: 'SAFETY_UNKNOWN',
  },
  {
    // Here too.
    what: 'remove a managed save image before a revert',
    async prepare(lab, guest) {
      await one(guest);
      await start(lab, guest);
      await guest.managedSave();
    },
    plan: revert({ removeManagedSave: true }),
    lost: { kind: 'remove-managed-save' },
    done: () => ({ managedSave: false }),
    told: 'refused',
    problem: 'MANAGED_SAVE_UNKNOWN',
  },
];
