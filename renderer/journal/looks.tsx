import {
  Camera,
  CircleAlert,
  CircleCheck,
  CircleHelp,
  CircleMinus,
  FileX,
  Hourglass,
  type LucideIcon,
  Pencil,
  Power,
  RotateCcw,
  ShieldMinus,
  ShieldPlus,
  Trash2,
  TriangleAlert,
  Undo2,
} from 'lucide-react';
import { type OutcomeKey, outcomes } from '../../shared/activity/groups.ts';
import type { JournalEntry } from '../../shared/schema.ts';
import parts from '../ui/parts.module.css';
import styles from './activity.module.css';

const kindIcons: Readonly<Record<JournalEntry['kind'], LucideIcon>> = {
  revert: RotateCcw,
  undo: Undo2,
  create: Camera,
  delete: Trash2,
  redefine: Pencil,
  power: Power,
  'safety-snapshot': ShieldPlus,
  'remove-managed-save': FileX,
  'delete-safety': ShieldMinus,
};

export function KindIcon({ kind }: Pick<JournalEntry, 'kind'>) {
  const Icon = kindIcons[kind];
  return <Icon size={14} className={styles.kind} aria-hidden="true" />;
}

const outcomeIcons: Readonly<Record<OutcomeKey, LucideIcon>> = {
  done: CircleCheck,
  differs: TriangleAlert,
  failed: CircleAlert,
  refused: CircleMinus,
  unknown: CircleHelp,
  cancelled: CircleMinus,
  waiting: Hourglass,
};

/** How something ended, by shape and colour. */
export function OutcomeChip({ outcome, later = false }: { outcome: OutcomeKey; later?: boolean }) {
  const { text, look } = outcomes[outcome];
  const Icon = outcomeIcons[outcome];
  return (
    <span className={`${parts.chip} ${styles.outcome}`} data-look={look}>
      <Icon size={12} aria-hidden="true" />
      {text}
      {later ? ', found out later' : ''}
    </span>
  );
}

export function OutcomeIcon({ outcome }: { outcome: OutcomeKey }) {
  const { text, look } = outcomes[outcome];
  const Icon = outcomeIcons[outcome];
  return <Icon size={15} className={styles.stepIcon} data-look={look} role="img" aria-label={text} />;
}

/** What stands out of an operation besides how it ended. */
export function ForcedChip() {
  return (
    <span className={parts.chip} data-look="warn">
      forced
    </span>
  );
}
