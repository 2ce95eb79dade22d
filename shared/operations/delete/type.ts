import type { DeleteChoice, DeletePlan } from '../../schema.ts';
import type { OperationType } from '../operation.ts';
import { assessDelete, type DeleteAssessment } from './assess.ts';
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
  shown: ({ virsh }, { steps }) => ({ losses: [], virsh: virshDelete(virsh, steps).join('\n') }),
  refusal: 'DELETE_BLOCKED',
};
