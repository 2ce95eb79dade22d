import { Check, Circle, LoaderCircle } from 'lucide-react';
import { formatDuration } from '../../../shared/format.ts';
import type { Operation, RevertChoice } from '../../../shared/schema.ts';
import { useNow } from '../../ui/hooks.ts';
import parts from '../../ui/parts.module.css';
import operations from '../operations.module.css';
import { expectedPhases, phaseWords, progressShare, progressText } from '../phases.ts';
import styles from './revert.module.css';

/** A revert under way: what is done, what libvirt does now and how far it is, and what comes. */
export function Running({
  operation,
  asked,
  since,
}: {
  /** Undefined until the backend has told of it. */
  operation: Operation | undefined;
  asked: RevertChoice;
  since: number;
}) {
  const now = useNow(1000);
  const phase = operation?.phase ?? (asked.safetySnapshot ? 'snapshotting' : 'reverting');
  const steps = expectedPhases(asked, phase);
  const at = steps.indexOf(phase);
  const share = progressShare(operation?.progress ?? null);
  const hint = hintOf(operation, phase);
  const elapsed = operation?.progress?.elapsedMs ?? now - since;
  const amount = progressText(operation?.progress ?? null);
  return (
    <div className={operations.running}>
      <ol className={styles.phases}>
        {steps.map((step, index) => {
          const state = index < at ? 'over' : index === at ? 'now' : 'later';
          return (
            <li key={step} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
              {state === 'over' ? <Check size={15} aria-label="done:" /> : null}
              {state === 'now' ? <LoaderCircle size={15} className={parts.spin} aria-hidden="true" /> : null}
              {state === 'later' ? <Circle size={15} aria-hidden="true" /> : null}
              <span>{phaseWords[step]}</span>
              {state === 'now' ? (
                <span className={`${parts.elapsed} ${styles.amount}`}>
                  {[amount, elapsed >= 1000 ? formatDuration(elapsed) : null].filter(Boolean).join(' · ')}
                </span>
              ) : null}
            </li>
          );
        })}
      </ol>
      <progress
        data-begun={hint === 'begun' || undefined}
        aria-label={phaseWords[phase]}
        {...(share === null ? {} : { value: share })}
      />
      <p className={parts.unseen} role="status">
        {operation?.cancelRequested ? 'Cancelling' : phaseWords[phase]}…
      </p>
      <p className={parts.dim}>{hints[hint]}</p>
    </div>
  );
}

const hints = {
  cancelling: 'libvirt was asked to cancel. If it is too late for that, the snapshot is finished. Nothing is reverted.',
  before: 'Nothing is reverted yet, and you can still cancel. It continues if you close this dialog.',
  begun:
    'libvirt cannot cancel a revert once it has started. It continues if you close this dialog. The result appears in the status bar.',
} as const;

function hintOf(operation: Operation | undefined, phase: Operation['phase']): keyof typeof hints {
  if (operation?.cancelRequested) return 'cancelling';
  return phase === 'queued' || phase === 'snapshotting' ? 'before' : 'begun';
}
