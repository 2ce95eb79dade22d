import type { DeedKind, DeedOperation, Operation, Outcome } from './schema.ts';

type Told = Pick<DeedOperation, 'kind' | 'domainName' | 'subject'>;
interface Verb {
  readonly doing: string;
  readonly done: string;
}

const verbs: Readonly<Record<Exclude<DeedKind, 'power'>, Verb>> = {
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
  unknown: ({ doing }, object) => `${doing} ${object}was begun, and it is not known what came of it`,
};

/** `Taking “nightly” of web-01`: what is under way. */
export function deedUnderWay(told: Told): string {
  const { doing } = verbOf(told);
  const words = told.kind === 'power' ? [doing, told.domainName] : [doing, told.subject, 'of', told.domainName];
  const sentence = words.join(' ');
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** The same of a revert too: `Reverting web-01 to “clean”`. */
export function operationUnderWay(operation: Operation): string {
  return 'snapshotName' in operation
    ? `Reverting ${operation.domainName} to “${operation.snapshotName}”`
    : deedUnderWay(operation);
}

/** `web-01: “nightly” taken`: how it ended. */
export function deedEnded(told: Told, { result, differences }: Pick<Outcome, 'result' | 'differences'>): string {
  const object = told.kind === 'power' ? '' : `${told.subject} `;
  const ending = `${told.domainName}: ${endings[result](verbOf(told), object)}`;
  return result === 'done' && differences.length > 0 ? `${ending}, but not all is as planned` : ending;
}

function verbOf({ kind, subject }: Told): Verb {
  return kind === 'power' ? powerVerbs[subject as PowerAction] : verbs[kind];
}
