import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LibvirtError } from '../../electron/libvirt/errors.ts';
import { createSnapshot } from '../../electron/libvirt/snapshots.ts';
import { gatherCreateFacts } from '../../electron/operations/create/facts.ts';
import { engineOn, takesOn } from '../../electron/testing.ts';
import { createFlag } from '../../shared/libvirt/flags.ts';
import { assessCreate, createRules } from '../../shared/operations/create/assess.ts';
import { firstDraft, withDisk, withMode } from '../../shared/operations/create/draft.ts';
import { fileRules } from '../../shared/operations/create/file-rules.ts';
import { newPaths } from '../../shared/operations/create/files.ts';
import { nameRules } from '../../shared/operations/create/name.ts';
import type { CreateDraft } from '../../shared/schema.ts';
import { canBuildGenerations, isRoot, labAvailable } from '../lab/available.ts';
import { wantedGenerations } from '../lab/extent.ts';
import type { Guest } from '../lab/guest.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type Connected, connectTo } from './connected.ts';
import { createCases } from './create-cases.ts';

const wanted = wantedGenerations('host', '11.3');
const { diskOnly, live, quiesce } = createFlag;

/** Something that the rules refuse, and how libvirt is asked for the same. */
interface Refused {
  readonly code: string;
  readonly guest: 'off' | 'on' | 'paused' | 'raw' | 'unlike' | 'busy' | 'agent';
  readonly mode: CreateDraft['mode'];
  readonly change?: (draft: CreateDraft, folder: string) => CreateDraft;
  readonly xml?: (folder: string) => string;
  readonly flags?: number;
  /** Since this libvirt. */
  readonly since?: number;
  /** Where libvirt's answer is not that of the rule’s row. */
  readonly answer?: string;
}

const file = (path: (folder: string) => string) => (draft: CreateDraft, folder: string) =>
  withDisk(draft, 'hda', { file: path(folder) });
const overlay = (path: (folder: string) => string) => (folder: string) =>
  `<disks><disk name='hda' snapshot='external'><source file='${path(folder)}'/></disk></disks>`;
const leftOut = (draft: CreateDraft) => withDisk(draft, 'hda', { include: false });
const frozen = (draft: CreateDraft) => ({ ...draft, quiesce: true });
const no = "<disks><disk name='hda' snapshot='no'/></disks>";
const memory = (folder: string) => `<memory snapshot='external' file='${join(folder, 'm.mem')}'/>`;
const relative = () => 'here.qcow2';
const nowhere = (folder: string) => join(folder, 'nowhere/x.qcow2');
const taken = (folder: string) => join(folder, 'domain.xml');

const cases: readonly Refused[] = [
  { code: 'NO_GUEST_MEMORY', guest: 'off', mode: 'memory-external', xml: memory },
  { code: 'MEMORY_NEEDED', guest: 'on', mode: 'disks-internal', xml: () => "<memory snapshot='no'/>" },
  { code: 'NOT_QCOW2', guest: 'raw', mode: 'disks-internal' },
  { code: 'UNLIKE_FORMAT', guest: 'unlike', mode: 'disks-internal' },
  { code: 'BLOCK_JOB', guest: 'busy', mode: 'disks-external', flags: diskOnly },
  { code: 'NOTHING_SELECTED', guest: 'on', mode: 'disks-external', change: leftOut, xml: () => no, flags: diskOnly },
  { code: 'ALL_DISKS', guest: 'on', mode: 'memory-internal', change: leftOut, xml: () => no },
  {
    code: 'LIVE_NOT_HERE',
    guest: 'on',
    mode: 'memory-internal',
    change: (draft) => ({ ...draft, live: true }),
    flags: live,
  },
  { code: 'QUIESCE_WITH_MEMORY', guest: 'on', mode: 'memory-external', change: frozen, xml: memory, flags: quiesce },
  { code: 'QUIESCE_PAUSED', guest: 'paused', mode: 'disks-external', change: frozen, flags: diskOnly | quiesce },
  { code: 'AGENT_MISSING', guest: 'on', mode: 'disks-external', change: frozen, flags: diskOnly | quiesce },
  {
    code: 'NAME',
    guest: 'on',
    mode: 'memory-internal',
    change: (draft) => ({ ...draft, name: '.dot' }),
    xml: () => '<name>.dot</name>',
    answer: 'XML_DETAIL',
  },
  {
    code: 'NAME',
    guest: 'off',
    mode: 'disks-internal',
    change: (draft) => ({ ...draft, name: 'a/b' }),
    xml: () => '<name>a/b</name>',
    answer: 'XML_DETAIL',
  },
  {
    code: 'TAG_JOB',
    guest: 'on',
    mode: 'memory-internal',
    change: (draft) => ({ ...draft, name: 'a b' }),
    xml: () => '<name>a b</name>',
    since: 10_009_000,
  },
  {
    code: 'FILE_RELATIVE',
    guest: 'on',
    mode: 'disks-external',
    change: file(relative),
    xml: overlay(relative),
    flags: diskOnly,
  },
  {
    code: 'FOLDER_MISSING',
    guest: 'on',
    mode: 'disks-external',
    change: file(nowhere),
    xml: overlay(nowhere),
    flags: diskOnly,
  },
  {
    code: 'FILE_EXISTS',
    guest: 'off',
    mode: 'disks-external',
    change: file(taken),
    xml: overlay(taken),
    flags: diskOnly,
    answer: 'CONFIG_UNSUPPORTED',
  },
];
/** What no lab has, or has a test of its own. */
const beyond = ['UEFI_ON', 'TOO_DEEP', 'PASSED_THROUGH', 'AGENT_AWAY', 'FILE_NEEDED', 'FILE_FOLDER', 'FILE_LONG'];

describe.each(wanted)('what the rules refuse, libvirt refuses: %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  let lab: Lab;
  let at: Connected;
  const guests = new Map<string, Guest>();
  beforeAll(async () => {
    if (!available.ok) return;
    lab = await startLab({ generation });
    at = await connectTo(lab);
    for (const name of ['off', 'on', 'paused', 'raw', 'unlike', 'busy'])
      guests.set(name, await lab.guest({ name, disks: name === 'raw' ? ['qcow2', 'raw'] : 1 }));
    await writeFile(join(guests.get('unlike')?.folder ?? '', 'hda.qcow2'), Buffer.alloc(1024 * 1024));
    const pools = (await lab.virsh('pool-list', '--uuid')).split('\n').filter(Boolean);
    for (const pool of pools) await lab.virsh('pool-refresh', pool);
    for (const name of ['on', 'paused', 'busy']) await guests.get(name)?.start();
    await lab.virsh('suspend', 'paused');
    const copy = join(guests.get('busy')?.folder ?? '', 'copy.qcow2');
    await lab.virsh('blockcopy', 'busy', 'hda', '--dest', copy, '--format', 'qcow2', '--transient-job');
  });
  afterAll(async () => {
    await at?.session.disconnect();
    await lab?.stop();
  });
  if (!available.ok) console.log(`Left out: refused snapshots on ${generation}: ${available.reason}.`);
  else if (!isRoot()) console.log('Left out: a guest agent that has gone: a lab must run as root.');

  const all = [...createRules, ...nameRules, ...fileRules];
  test.skipIf(!available.ok).each(cases)('$code of a guest that is $guest', { timeout: 60_000 }, async (refused) => {
    const { code, mode, change = (draft) => draft, xml = () => '', flags = 0, since = 0 } = refused;
    const { session } = at;
    const guest = guests.get(refused.guest);
    if (!guest) throw new Error(`no guest ${refused.guest}`);
    const uuid = await lab.virsh('domuuid', guest.name);
    const first = await gatherCreateFacts(session, uuid);
    const draft = change(withMode(first, firstDraft(first, 'fresh'), mode), guest.folder);
    const facts = await gatherCreateFacts(session, uuid, (now) => newPaths(now, draft));
    const { blockers } = assessCreate(facts, draft, { uri: null, domain: guest.name });
    if (facts.libvirtVersion < since) return expect(blockers).toEqual([]);
    expect(blockers.map((blocker) => blocker.code)).toContain(code);
    const request = `<domainsnapshot>${xml(guest.folder)}</domainsnapshot>`;
    const answer = await createSnapshot(session.writes, uuid, request, flags).catch((error) => error);
    expect(answer).toBeInstanceOf(LibvirtError);
    expect(answer.codeName).toBe(refused.answer ?? all.find((rule) => rule.code === code)?.answer);
    expect(await guest.snapshots()).toEqual([]);
  });

  test.skipIf(!available.ok || !isRoot())(
    'AGENT_AWAY of a guest whose agent has gone',
    { timeout: 60_000 },
    async () => {
      const { session } = at;
      const guest = await lab.guest({ name: 'away', agent: true });
      await guest.start();
      guest.agent?.drop();
      const uuid = await lab.virsh('domuuid', guest.name);
      // The channel still counts as connected: the agent has gone without QEMU being told.
      const answer = () =>
        createSnapshot(session.writes, uuid, '<domainsnapshot/>', diskOnly | quiesce).catch((e) => e);
      await expect.poll(async () => (await answer()).codeName, { timeout: 20_000 }).toBe('AGENT_UNRESPONSIVE');
      expect(await guest.snapshots()).toEqual([]);
    },
  );

  test.skipIf(!available.ok)('TEST_DISKS of libvirt’s test driver', async () => {
    const { session, services } = await connectTo(lab, lab.testUri);
    try {
      const uuid = session.domains.find(({ name }) => name === 'test')?.uuid ?? '';
      const takes = takesOn(engineOn({ session }, services), session.host.id);
      const plan = await takes.plan(uuid);
      const draft = firstDraft(plan.facts, 'fresh');
      expect(draft.mode).toBe('memory-internal');
      expect(await takes.run({ plan, draft })).toMatchObject({ result: 'done', differences: [] });
      const facts = await gatherCreateFacts(session, uuid);
      const disks = withMode(facts, { ...draft, name: 'more' }, 'disks-external');
      const { row, xml, blockers } = assessCreate(facts, disks, plan.virsh);
      expect(blockers.map(({ code }) => code)).toContain('TEST_DISKS');
      const answer = await createSnapshot(session.writes, uuid, xml ?? '', row?.flags ?? 0).catch((error) => error);
      expect(answer.codeName).toBe('INVALID_ARG');
    } finally {
      await session.disconnect();
    }
  });

  test('every rule that stands for an answer of libvirt is tried', () => {
    const kinds = createCases.flatMap(({ refused }) => refused ?? []);
    const tried = new Set(['TEST_DISKS', ...beyond, ...kinds, ...cases.map(({ code }) => code)]);
    expect(all.filter(({ code, answer }) => answer !== null && !tried.has(code)).map(({ code }) => code)).toEqual([]);
  });
});
