import type { DeleteChoice, DeletePlan } from '../../schema.ts';
import type { OperationType } from '../operation.ts';
import { assessDelete, type DeleteAssessment } from './assess.ts';
import { lostSentence } from './lost.ts';
import { deleteStaleness } from './staleness.ts';
import { deleteSubject } from './steps.ts';
import { virshDelete } from './virsh.ts';

/** Deleting snapshots, with their data or their metadata alone. */
export const deleteType: OperationType<DeletePlan, { names: string[] }, DeleteChoice, DeleteAssessment> = {
  kind: 'delete',
  changed: ({ facts, names }, now, { mode }) => deleteStaleness(facts, now, names, mode),
  assess: ({ names }, facts, { mode }) => assessDelete(facts, names, mode),
  subject: ({ names }, { mode }) => deleteSubject(names, mode),
  isProtected: () => true,
  shown: ({ virsh }, assessment, { mode }) => ({
    losses: [
      { text: `${lostSentence(assessment, mode)}.` },
      ...[...assessment.warnings, ...assessment.unknowns].map(({ text }) => ({ text })),
    ],
    virsh: virshDelete(virsh, assessment.steps).join('\n'),
  }),
  refusal: 'DELETE_BLOCKED',
};
