import { capital, stateLabel } from '../format.ts';
import type { Operation, OperationKind, Outcome } from '../schema.ts';

type Told = Pick<Operation, 'kind' | 'domainName' | 'subject' | 'undo'>;
interface Verb {
  readonly doing: string;
  readonly done: string;
}

const verbs: Readonly<Record<Exclude<OperationKind, 'power'>, Verb>> = {
  revert: { doing: 'reverting', done: 'reverted' },
  create: { doing: 'taking', done: 'taken' },
  delete: { doing: 'deleting', done: 'deleted' },
  edit: { doing: 'editing', done: 'edited' },
  'make-current': { doing: 'making current', done: 'made current' },
  import: { doing: 'importing', done: 'imported' },
};

/** What a domain can be told to do besides its snapshots, in the order of virsh(1). */
export const powerActions = ['start', 'resume', 'suspend', 'shutdown', 'reset', 'destroy'] as const;
export type PowerAction = (typeof powerActions)[number];

const powerVerbs: Readonly<Record<PowerAction, Verb>> = {
  start: { doing: 'starting', done: 'started' },
  resume: { doing: 'resuming', done: 'resumed' },
  suspend: { doing: 'pausing', done: 'paused' },
  shutdown: { doing: 'asking to shut down', done: 'asked to shut down' },
  reset: { doing: 'resetting', done: 'reset' },
  destroy: { doing: 'forcing off', done: 'forced off' },
};

const endings: Readonly<Record<Outcome['result'], (verb: Verb, object: string) => string>> = {
  done: ({ done }, object) => `${object}${done}`,
  refused: ({ done }, object) => `${object}not ${done}: refused`,
  cancelled: ({ done }, object) => `${object}not ${done}: cancelled`,
  failed: ({ doing }, object) => `${doing} ${object}failed`,
  unknown: ({ doing }, object) => `${doing} ${object}was started, and its result is not known`,
};

/** `Taking “nightly” of web-01`: what is under way. */
export function operationUnderWay(told: Told): string {
  const { kind, domainName, subject } = told;
  const { doing } = verbOf(told);
  const words: Readonly<Partial<Record<OperationKind, string>>> = {
    power: `${doing} ${domainName}`,
    revert: `${doing} ${domainName} to ${subject}`,
  };
  const sentence = words[kind] ?? `${doing} ${subject} of ${domainName}`;
  return capital(sentence);
}

/** `“nightly” of web-01 cannot be deleted`: why there is nothing to choose. */
export function operationImpossible(told: Told): string {
  const { kind, domainName, subject } = told;
  const what = kind === 'power' ? domainName : capital(`${subject} of ${domainName}`);
  return `${what} cannot be ${verbOf(told).done}`;
}

type Ending = Record<Outcome['result'], (told: Told) => string>;
const revertEndings: Ending = {
  done: ({ domainName, subject }) => `${domainName} reverted to ${subject}`,
  refused: ({ domainName, subject }) => `${domainName} was not reverted to ${subject}: refused`,
  failed: ({ domainName, subject }) => `The revert of ${domainName} to ${subject} failed`,
  cancelled: ({ domainName, subject }) => `${domainName} was not reverted to ${subject}: cancelled`,
  unknown: ({ domainName, subject }) => `It is not known whether ${domainName} was reverted to ${subject}`,
};
const undoEndings: Ending = {
  done: ({ domainName, subject }) => `${domainName}: revert undone, back at ${subject}`,
  refused: ({ domainName }) => `The last revert of ${domainName} was not undone: refused`,
  failed: ({ domainName }) => `Undoing the last revert of ${domainName} failed`,
  cancelled: ({ domainName }) => `The last revert of ${domainName} was not undone: cancelled`,
  unknown: ({ domainName }) => `It is not known whether the last revert of ${domainName} was undone`,
};

/** `web-01: “nightly” taken`, `web-01 reverted to “clean”, verified running`: how it ended. */
export function operationEnded(
  told: Told,
  { result, differences, found }: Pick<Outcome, 'result' | 'differences' | 'found'>,
): string {
  const isRevert = told.kind === 'revert';
  const object = told.kind === 'power' ? '' : `${told.subject} `;
  const ending = isRevert
    ? (told.undo ? undoEndings : revertEndings)[result](told)
    : `${told.domainName}: ${endings[result](verbOf(told), object)}`;
  if (result !== 'done') return ending;
  if (isRevert && !found) return `${ending}, not verified`;
  if (differences.length > 0) return `${ending}, but not everything is as planned`;
  return isRevert && found ? `${ending}, verified ${stateLabel(found.state)}` : ending;
}

function verbOf({ kind, subject }: Told): Verb {
  return kind === 'power' ? powerVerbs[subject as PowerAction] : verbs[kind];
}
