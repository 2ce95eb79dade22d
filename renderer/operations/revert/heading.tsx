import { formatAge, formatMoment, isMoment } from '../../../shared/format.ts';
import { revertType } from '../../../shared/operations/revert/type.ts';
import { operationEnded, operationUnderWay } from '../../../shared/operations/words.ts';
import { hostById } from '../../store/selectors.ts';
import { type Dialog, domainKey } from '../../store/store.ts';
import { useAppState } from '../../ui/context.tsx';
import { DecisionHead } from '../../ui/decision-dialog.tsx';
import { useNow } from '../../ui/hooks.ts';
import type { Flow } from '../flow.ts';
import { endedWhen } from '../phases.ts';
import { aboutOf } from '../run.ts';
import { isImpossible } from './choice.ts';

type RevertFlow = Flow<typeof revertType>;

interface HeadingProps {
  dialog: Extract<Dialog, { kind: 'revert' }>;
  flow: RevertFlow;
}

/** What is reverted to what, and how far that is; under it where, and of an undo what it takes back. */
export function Heading({ dialog, flow }: HeadingProps) {
  const now = useNow();
  const hostName = useAppState((state) => hostById(state, dialog.hostId)?.name ?? '');
  const known = useAppState((state) => (state.history?.key === domainKey(dialog) ? state.history.list?.current : null));
  const undone = useAppState((state) => state.undoOffers.get(domainKey(dialog))?.revertedTo ?? null);
  const facts = 'plan' in flow ? flow.plan.facts : null;
  const snapshot = facts?.snapshot ?? null;
  const undo = dialog.aim.kind === 'undo';
  const isOver = flow.step === 'ended';
  const name = snapshot?.name ?? (dialog.aim.kind === 'named' ? dialog.aim.name : known);
  const subject = name ? `“${name}”` : 'its current snapshot';
  return (
    <DecisionHead
      title={
        <bdi>
          {titleOf(flow, undo, {
            domain: facts?.domain.name ?? dialog.domainName,
            subject,
          })}
        </bdi>
      }
    >
      on <bdi>{hostName}</bdi>
      {undo && snapshot ? (
        <>
          {' '}
          · back to “<bdi>{snapshot.name}</bdi>”, taken {formatMoment(snapshot.createdAt, now)}
          {undone ? (
            <>
              {' '}
              before the revert to “<bdi>{undone}</bdi>”
            </>
          ) : null}
        </>
      ) : null}
      {!undo && snapshot && !isOver && facts?.current === snapshot.name ? ' · current snapshot' : ''}
      {!undo && snapshot && !isOver ? ` · taken ${takenAt(snapshot.createdAt, now)}` : ''}
      {flow.step === 'ended' ? ` · ${endedWhen(flow, now)}` : ''}
    </DecisionHead>
  );
}

function takenAt(at: number, now: number): string {
  const moment = formatMoment(at, now);
  return isMoment(at) ? `${moment}, ${formatAge(at, now)}` : moment;
}

interface Names {
  readonly domain: string;
  /** The snapshot, as a sentence names it. */
  readonly subject: string;
}

interface Phrases {
  readonly reading: string;
  readonly ready: string;
  readonly blocked: string;
  readonly unread: string;
  readonly broken: string;
}

const revertPhrases = ({ domain, subject }: Names): Phrases => ({
  reading: `Checking the revert of ${domain} to ${subject}…`,
  ready: `Revert ${domain} to ${subject}?`,
  blocked: `${domain} cannot be reverted to ${subject}`,
  unread: `The revert of ${domain} to ${subject} could not be checked`,
  broken: `Problem with the revert of ${domain} to ${subject}`,
});

const undoPhrases = ({ domain }: Names): Phrases => ({
  reading: `Checking the undo of the last revert of ${domain}…`,
  ready: `Undo the last revert of ${domain}?`,
  blocked: `The last revert of ${domain} cannot be undone`,
  unread: `The undo of the last revert of ${domain} could not be checked`,
  broken: `Problem with the undo of the last revert of ${domain}`,
});

/** The title follows the phase: it asks, it says what is done, and how that ended. */
function titleOf(flow: RevertFlow, undo: boolean, names: Names): string {
  const phrases = (undo ? undoPhrases : revertPhrases)(names);
  switch (flow.step) {
    case 'planning':
      return phrases.reading;
    case 'review':
      return isImpossible(flow) ? phrases.blocked : phrases.ready;
    case 'running':
      return undo ? `Undoing the last revert of ${names.domain}` : operationUnderWay(aboutOf(revertType, flow));
    case 'ended':
      return operationEnded(aboutOf(revertType, flow), flow.outcome);
    case 'problem':
      return flow.canRetry ? phrases.unread : phrases.broken;
  }
}
