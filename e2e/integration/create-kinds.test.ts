import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LibvirtError } from '../../electron/libvirt/errors.ts';
import { createSnapshot } from '../../electron/libvirt/snapshots.ts';
import { gatherCreateFacts } from '../../electron/operations/create/facts.ts';
import { engineOn, takesOn } from '../../electron/testing.ts';
import { inVersions } from '../../shared/libvirt/versions.ts';
import { assessCreate, createRules } from '../../shared/operations/create/assess.ts';
import { firstDraft, withMode } from '../../shared/operations/create/draft.ts';
import { fileRules } from '../../shared/operations/create/file-rules.ts';
import { newPaths } from '../../shared/operations/create/files.ts';
import { nameRules } from '../../shared/operations/create/name.ts';
import { canKeep } from '../../shared/operations/create/request.ts';
import type { CreateRule, CreateCase as RuleCase } from '../../shared/operations/create/rule.ts';
import { holds } from '../../shared/rule.ts';
import type { CreateDraft, CreateFacts } from '../../shared/schema.ts';
import { canBuildGenerations, isRoot, labAvailable } from '../lab/available.ts';
import { isProof, wantedGenerations } from '../lab/extent.ts';
import type { Guest } from '../lab/guest.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type Connected, connectTo } from './connected.ts';
import { type CreateCase, createCases } from './create-cases.ts';
import { createGuests, makeCreateGuest } from './create-guests.ts';

const rules: readonly CreateRule[] = [...createRules, ...nameRules];
const wanted = wantedGenerations('host', '11.3');
const cases = createCases.filter(({ telling, needsRoot }) => (isProof || telling) && (isRoot() || !needsRoot));
if (!isRoot()) console.log('Left out: guests whose devices take root to make.');

/**
 * What the rules say of a snapshot, held against what libvirt does: what they do not refuse is taken and is as promised;
 * what they refuse is asked for all the same, in the very words, and answered as the rule says. Where they say that
 * libvirt would do it and harm would come of it, it is not asked.
 */
describe.each(wanted)('snapshots of every kind of guest on %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  let lab: Lab;
  let at: Connected;
  let made = 0;
  beforeAll(async () => {
    if (!available.ok) return;
    lab = await startLab({ generation });
    at = await connectTo(lab);
  }, 60_000);
  afterAll(async () => {
    await at?.session.disconnect();
    await lab?.stop();
  });
  if (!available.ok) console.log(`Left out: kinds of guests on ${generation}: ${available.reason}.`);

  async function withGuest(each: CreateCase, use: (guest: Guest) => Promise<void>): Promise<void> {
    const name = `kind${++made}`;
    try {
      await use(await makeCreateGuest(lab, each.guest, name, each.state));
    } finally {
      await lab.virsh('destroy', name).catch(() => {}); // it may be off
      await lab.virsh('undefine', name, '--snapshots-metadata', '--nvram').catch(() => {});
    }
  }

  test.skipIf(!available.ok).each(cases)('$guest, $state: $mode $what', { timeout: 120_000 }, async (each) => {
    const { session, services } = at;
    const { host } = session;
    const version = host.connection.status === 'connected' ? host.connection.libvirtVersion : 0;
    if (!inVersions(version, each)) return; // no such guest there, or it answers otherwise
    await withGuest(each, async (guest) => {
      const uuid = await lab.virsh('domuuid', guest.name);
      const before = await guest.snapshots();
      const first = await gatherCreateFacts(session, uuid);
      const draft = {
        ...withFiles(first, withMode(first, firstDraft(first, 'fresh'), each.mode), guest.folder),
        ...each.change,
      };
      const facts = await gatherCreateFacts(session, uuid, (now) => newPaths(now, draft));
      const { row, blockers, warnings, unknown, xml, notes } = assessCreate(facts, draft, {
        uri: null,
        domain: guest.name,
      });
      const codes = blockers.map(({ code }) => code);
      const said = [...warnings, ...unknown].map(({ code }) => code);
      expect({ codes, said }).toMatchObject({
        codes: expect.arrayContaining([...(each.refused ?? [])]),
        said: expect.arrayContaining([...(each.warned ?? [])]),
      });
      for (const note of each.notes ?? []) expect(notes.map(({ text }) => text).join('\n')).toContain(note);
      if (codes.length === 0) {
        const takes = takesOn(engineOn({ session }, services), session.host.id);
        const outcome = await takes.run({ plan: await takes.plan(uuid), draft });
        const { result, differences, problem } = outcome;
        expect({ result, differences, detail: problem?.detail }).toEqual({
          result: 'done',
          differences: [],
          detail: undefined,
        });
        await each.afterwards?.(guest, lab);
        return;
      }
      expect(each.refused ?? [], `refused: ${JSON.stringify(blockers)}`).not.toEqual([]);
      const answers = answersOf({ facts, draft }, codes);
      if (answers.length < codes.length || row === null || xml === null) return; // it would do harm
      const answer = await createSnapshot(session.writes, uuid, xml, row.flags).catch((error) => error);
      expect(answer).toBeInstanceOf(LibvirtError);
      expect(answers).toContain(answer.codeName);
      expect(await guest.snapshots()).toEqual(before);
    });
  });

  test('every guest is in some case', () => {
    const used = new Set(createCases.map(({ guest }) => guest));
    expect(Object.keys(createGuests).filter((kind) => !used.has(kind as CreateCase['guest']))).toEqual([]);
  });
});

/** New files for those disks that libvirt finds none for. */
function withFiles(facts: CreateFacts, draft: CreateDraft, folder: string): CreateDraft {
  const needy = facts.disks.filter((disk) => canKeep(disk) && disk.type !== 'file');
  const disks = needy.map(({ target }) => ({ target, include: true, file: `${folder}/${target}.fresh` }));
  return { ...draft, memoryFile: `${folder}/fresh.mem`, disks };
}

/** What libvirt may answer, by the rules that refuse; fewer than those where a rule says that it would do it. */
function answersOf(c: RuleCase, codes: readonly string[]): string[] {
  return codes.flatMap((code) => {
    const rule =
      rules.find((each) => each.code === code && holds(each, c)) ?? fileRules.find((each) => each.code === code);
    return rule?.answer ?? [];
  });
}
