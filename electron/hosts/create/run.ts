import { createXml } from '../../../shared/create/xml.ts';
import { agentTimeout, createFlag } from '../../../shared/libvirt/flags.ts';
import type { CreateDraft, CreatePlan, Outcome } from '../../../shared/schema.ts';
import { setAgentTimeout } from '../../libvirt/guest-agent.ts';
import { createSnapshot } from '../../libvirt/snapshots.ts';
import { askLibvirt } from '../deeds/ask.ts';
import { type DeedHandle, type Ended, runDeed } from '../deeds/run-deed.ts';
import type { Ground } from '../ground.ts';
import type { HostSession } from '../host-session.ts';
import { followMemory } from './cancel.ts';
import { endOfCreate } from './end.ts';
import { type CheckedCreate, checkCreate } from './plans.ts';

export interface CreateRequest {
  readonly session: HostSession;
  readonly plan: CreatePlan;
  readonly draft: CreateDraft;
  /** How long the guest agent may take for an answer, seconds: Windows takes up to a minute to freeze. */
  readonly agentSeconds?: number;
}

const AGENT_SECONDS = 70;

/**
 * Waits for its turn on the domain, checks what was chosen against the present, takes the snapshot, and asks libvirt
 * what came of it.
 * @throws StalePlanError, ProblemError (NO_PLAN, CREATE_REFUSED): nothing was done.
 */
export async function runCreate(request: CreateRequest, ground: Ground): Promise<Outcome> {
  const { session, plan, draft } = request;
  const { uuid, name: domainName } = plan.facts;
  return runDeed<CheckedCreate>(
    {
      session,
      uuid,
      about: { kind: 'create', domainName, subject: `“${draft.name}”` },
      claim: ground.creates.claim(plan.planId),
      check: () => checkCreate(session, plan, draft),
      carryOut: (checked, operation) => carryOut(request, checked, operation, ground),
    },
    ground,
  );
}

async function carryOut(
  { session, draft, agentSeconds = AGENT_SECONDS }: CreateRequest,
  { facts, assessment }: CheckedCreate,
  operation: DeedHandle,
  ground: Ground,
): Promise<Ended> {
  const { uuid } = facts;
  const { row, disks, files, notes } = assessment;
  if (!row) throw new Error('a draft without a row was not refused');
  const freezes = (row.flags & createFlag.quiesce) !== 0;
  if (freezes) await setAgentTimeout(session.writes, uuid, agentSeconds);
  if (row.abortable) operation.phase('working', 'abortable');
  const picture = await ground.thumbnails.capture(session, uuid);
  const stop = row.abortable ? followMemory(session, uuid, operation) : () => {};
  const ask = () =>
    askLibvirt(
      {
        operationId: operation.id,
        kind: 'create',
        host: session.host,
        domain: { uuid, name: facts.name },
        snapshot: draft.name,
        flags: row.flags,
        plan: notes.map(({ text }) => text),
        currentBefore: facts.current,
      },
      () => createSnapshot(session.writes, uuid, createXml(facts, draft, row), row.flags),
      ground,
    );
  const answer = await session.holding(uuid, ask);
  stop();
  operation.phase('verifying');
  const expected = { name: draft.name, row, disks, files, before: facts };
  const ended = await endOfCreate(session, answer, expected, operation.signal.aborted, ground);
  if (ended.result === 'done') await ground.thumbnails.keepTaken(session, uuid, draft.name, picture);
  if (freezes) await setAgentTimeout(session.writes, uuid, agentTimeout.block).catch(() => {}); // as it is by default
  return ended;
}
