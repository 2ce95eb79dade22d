import { agentTimeout, createFlag } from '../../../shared/libvirt/flags.ts';
import { newPaths } from '../../../shared/operations/create/files.ts';
import { createType } from '../../../shared/operations/create/type.ts';
import { createXml } from '../../../shared/operations/create/xml.ts';
import { nameByPattern } from '../../../shared/safety-names.ts';
import type { CreateFacts } from '../../../shared/schema.ts';
import { setAgentTimeout } from '../../libvirt/guest-agent.ts';
import { createSnapshot } from '../../libvirt/snapshots.ts';
import type { Driver } from '../engine/driver.ts';
import { followMemory } from './cancel.ts';
import { gatherCreateFacts } from './facts.ts';
import { type CreateDone, judgeCreate, type LookedAtCreate, lookAfterCreate } from './judge.ts';

/** How long the guest agent may take for an answer, seconds: Windows takes up to a minute to freeze. */
const AGENT_SECONDS = 70;

/** Takes a snapshot. */
export function createDriver(agentSeconds = AGENT_SECONDS): Driver<typeof createType, CreateDone, LookedAtCreate> {
  return {
    type: createType,
    sparesSnapshots: true,
    async gather({ session, uuid, ordered }) {
      const facts = await gatherCreateFacts(session, uuid, (now) => (ordered ? newPaths(now, ordered.choice) : []));
      return { domainName: facts.name, facts };
    },
    complete: async ({ facts }, { services }) => ({
      suggestedName: suggestedName(services.settings.get().snapshotNamePattern, facts),
    }),
    async carryOut({ session, services, choice: draft, facts, assessment, operation, ask }) {
      const { uuid } = facts;
      const { row, disks, files, notes } = assessment;
      if (!row) throw new Error('a draft without a row was not refused');
      const freezes = (row.flags & createFlag.quiesce) !== 0;
      if (freezes) await setAgentTimeout(session.writes, uuid, agentSeconds);
      if (row.abortable) operation.phase('working', 'abortable');
      const shot = await services.thumbnails.shoot(session, uuid);
      const stop = row.abortable ? followMemory(session, uuid, operation) : () => {};
      const answer = await ask(
        {
          kind: 'create',
          snapshot: draft.name,
          flags: row.flags,
          plan: notes.map(({ text }) => text),
          currentBefore: facts.current,
        },
        () => createSnapshot(session.writes, uuid, createXml(facts, draft, row), row.flags),
      );
      stop();
      return { answer, shot, expected: { name: draft.name, row, disks, files, before: facts } };
    },
    look: (_reads, { session }, done) => lookAfterCreate(session, done),
    judge: ({ operation }, done, looked) => judgeCreate(done, looked, operation.signal.aborted),
    async settle({ session, services, plan, choice }, { expected, shot }, { result }) {
      if (result === 'done') await services.thumbnails.keepTaken(session, plan.uuid, choice.name, shot);
      if ((expected.row.flags & createFlag.quiesce) !== 0 && session.isConnected)
        await setAgentTimeout(session.writes, plan.uuid, agentTimeout.block).catch(() => {}); // as it is by default
    },
  };
}

function suggestedName(pattern: string, { name, snapshots }: CreateFacts): string {
  const taken = new Set(snapshots.map((snapshot) => snapshot.name));
  const by = (each: string) => nameByPattern(each, { domain: name }, Date.now(), taken);
  return by(pattern) ?? by('snapshot') ?? '';
}
