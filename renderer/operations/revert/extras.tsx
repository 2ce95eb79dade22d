import { TriangleAlert } from 'lucide-react';
import { can } from '../../../shared/libvirt/versions.ts';
import type { RevertChoice } from '../../../shared/schema.ts';
import forms from '../../ui/forms.module.css';
import operations from '../operations.module.css';
import { assessmentWith, type RevertReview } from './choice.ts';

interface ExtrasProps {
  review: RevertReview;
  onChoice: (change: Partial<RevertChoice>) => void;
}

/** Whether a snapshot of the present is taken first: on wherever it can be, and why not where it can't. */
export function SafetyChoice({ review, onChoice }: ExtrasProps) {
  const { safety } = review.plan;
  const [reason, ...more] = safety.reasons;
  const on = review.choice.safetySnapshot && safety.available;
  return (
    <section className={operations.safety}>
      <label className={forms.check} data-off={!safety.available || undefined}>
        <input
          type="checkbox"
          checked={on}
          disabled={!safety.available}
          aria-describedby="safety-note"
          onChange={(event) => onChoice({ safetySnapshot: event.target.checked })}
        />
        <span>Take a safety snapshot first</span>
      </label>
      <div className={forms.checkNote} id="safety-note">
        {on ? (
          <>
            <p>
              Undo then brings back {safety.memory ? 'programs, disks and configuration' : 'disks and configuration'}.
            </p>
            <p>
              <bdi>{safety.name}</bdi>: {safety.kind}, {safety.memory ? 'with memory' : 'without memory'}.{' '}
              {safety.notes.map(({ text }) => text).join(' ')}
            </p>
          </>
        ) : null}
        {!on && safety.available ? (
          <p className={forms.warned}>
            <TriangleAlert size={13} aria-hidden="true" /> Without it, this cannot be undone.
          </p>
        ) : null}
        {reason ? <p>It cannot be taken here, so this cannot be undone. {reason.text}</p> : null}
        {more.map(({ code, text }) => (
          <p key={code}>{text}</p>
        ))}
      </div>
    </section>
  );
}

/** The saved memory that would come back at the next start, over disks that are no longer those it goes with. */
export function ManagedSaveChoice({ review, onChoice }: ExtrasProps) {
  const { domain } = review.plan.facts;
  if (!domain.managedSave) return null;
  const kept = assessmentWith(review, { removeManagedSave: false });
  const forced = kept.requirements.some(({ code }) => code === 'MANAGED_SAVE');
  return (
    <section className={operations.safety}>
      <label className={forms.check}>
        <input
          type="checkbox"
          checked={review.choice.removeManagedSave}
          aria-describedby="managed-save-note"
          onChange={(event) => onChoice({ removeManagedSave: event.target.checked })}
        />
        <span>Remove the managed save image first</span>
      </label>
      <div className={forms.checkNote} id="managed-save-note">
        <p>
          The memory that <bdi>{domain.name}</bdi> was saved with is lost.
          {forced ? ' libvirt then needs no force for it.' : ''}
        </p>
      </div>
    </section>
  );
}

/** Whether the firmware starts with fresh variables, where it has any and libvirt can; and why not where it should not. */
export function NvramChoice({ review, onChoice }: ExtrasProps) {
  const { driver, libvirtVersion, stored } = review.plan.facts;
  if (driver !== 'QEMU' || stored.nvram === null || !can(libvirtVersion, 'resetsNvram')) return null;
  const { blockers } = assessmentWith(review, { resetNvram: true });
  const reason = blockers.find(({ code }) => code.startsWith('RESET_NVRAM'))?.text;
  return (
    <section className={operations.safety}>
      <label className={forms.check} data-off={reason ? true : undefined}>
        <input
          type="checkbox"
          checked={review.choice.resetNvram}
          disabled={reason !== undefined}
          aria-describedby="nvram-note"
          onChange={(event) => onChoice({ resetNvram: event.target.checked })}
        />
        <span>Reset the firmware’s variables (NVRAM)</span>
      </label>
      <div className={forms.checkNote} id="nvram-note">
        <p>
          {reason ??
            'Added boot entries and Secure Boot keys are lost: the firmware starts from its template. Useful if the guest no longer boots.'}
        </p>
      </div>
    </section>
  );
}
