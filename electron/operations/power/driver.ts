import { startFlag } from '../../../shared/libvirt/flags.ts';
import { powerType } from '../../../shared/operations/power/type.ts';
import type { PowerAction } from '../../../shared/operations/words.ts';
import { readDomain } from '../../libvirt/domains.ts';
import { changePower } from '../../libvirt/power.ts';
import { currentSnapshot } from '../../libvirt/snapshots.ts';
import type { Driver } from '../engine/driver.ts';
import { gatherPower } from './gather.ts';
import { judgePower, type PowerDone, type PowerSeen } from './judge.ts';
import { whenOff } from './when-off.ts';

/** How long a guest may take to shut down before it is said that it has not, milliseconds. */
const SHUTDOWN_PATIENCE_MS = 30_000;

/** What is about to be asked, for the journal. */
const planWords: Readonly<Record<PowerAction, string>> = {
  start: 'The domain is started',
  resume: 'The guest is resumed',
  suspend: 'The guest is paused',
  shutdown: 'The guest is asked to shut down',
  reset: 'The guest is reset, and loses its memory',
  destroy: 'The guest is switched off at once, and loses its memory',
};

/**
 * Does to a domain what it can be told besides its snapshots.
 * @param patienceMs how long a guest that was asked to shut down is waited for; ends early when something else is to be
 * done with the domain.
 */
export function powerDriver(patienceMs = SHUTDOWN_PATIENCE_MS): Driver<typeof powerType, PowerDone, PowerSeen> {
  return {
    type: powerType,
    sparesSnapshots: true,
    gather: ({ session, uuid, aim, services }) => gatherPower(session, uuid, aim.action, services.marks),
    complete: async (_facts, { aim }) => aim,
    async carryOut({ session, services, plan, choice, facts, operation, ask }) {
      const { uuid, action } = plan;
      const discards = action === 'start' && facts.managedSave && choice.discardSave;
      const flags = discards ? startFlag.forceBoot : 0;
      const words = planWords[action];
      const line = discards ? `${words}; its managed save image is discarded` : words;
      const answer = await ask({ kind: 'power', snapshot: action, flags, plan: [line], currentBefore: null }, () =>
        changePower(session.writes, uuid, action, flags),
      );
      const since = Date.now();
      if (action === 'shutdown' && answer.result === 'done') {
        operation.phase('working', 'abortable');
        const { turns } = services.operations;
        await whenOff(session, uuid, { turns, signal: operation.signal, patienceMs });
      }
      return { waitedMs: Date.now() - since };
    },
    async look(reads, { plan: { uuid } }) {
      const domain = await readDomain(reads, uuid);
      if (!domain) return { domain, found: null };
      const current = await currentSnapshot(reads, uuid).catch(() => null);
      return { domain, found: { state: domain.state, reason: domain.reason, current } };
    },
    judge: judgePower,
  };
}
