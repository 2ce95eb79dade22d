import type { CreateDraft, CreatePlan } from '../../schema.ts';
import type { BaseAssessment, OperationType } from '../operation.ts';
import { assessCreate, type CreateAssessment } from './assess.ts';
import { createStaleness } from './staleness.ts';

export type AssessedCreate = CreateAssessment & BaseAssessment;

const noRow = {
  code: 'NO_SUCH_SNAPSHOT',
  text: 'libvirt cannot take this kind of snapshot of this domain.',
  field: 'mode',
} as const;

/** Taking a snapshot. What is warned of, and what is not known, is read above the button. */
export const createType: OperationType<CreatePlan, Record<string, never>, CreateDraft, AssessedCreate> = {
  kind: 'create',
  changed(read, now, draft) {
    const changes = createStaleness(read.facts, now);
    if (changes.length > 0) return changes;
    // What was impossible when it was read is refused; what has become so since is not as it was read.
    const before = new Set(assessCreate(read.facts, draft, read.virsh).blockers.map(({ code }) => code));
    const { blockers } = assessCreate(now, draft, read.virsh);
    const since = blockers.filter(({ code }) => !before.has(code)).map(({ text }) => text);
    return since.length === blockers.length ? since : [];
  },
  assess({ virsh }, facts, draft) {
    const assessment = assessCreate(facts, draft, virsh);
    const { blockers, warnings, unknown, row } = assessment;
    return {
      ...assessment,
      blockers: blockers.length === 0 && row === null ? [noRow] : blockers,
      consents: [...warnings, ...unknown].map(({ code, text }) => ({
        code,
        text,
        certainty: 'needed' as const,
        by: 'button' as const,
      })),
    };
  },
  subject: (_plan, { name }) => `“${name}”`,
  isProtected: ({ row }) => row?.halt === true,
  shown: (_plan, { virsh }) => ({ losses: [], virsh }),
  refusal: 'CREATE_REFUSED',
};
