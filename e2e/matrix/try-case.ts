import { existsSync } from 'node:fs';
import { type Caller, readDomain } from '../../electron/libvirt/domains.ts';
import { LibvirtError } from '../../electron/libvirt/errors.ts';
import { currentSnapshot, revertToSnapshot } from '../../electron/libvirt/snapshots.ts';
import { gatherFacts, type Source } from '../../electron/operations/revert/facts.ts';
import { errorCode, revertFlag } from '../../shared/libvirt/flags.ts';
import {
  hazardRules,
  holds,
  type Prediction,
  predictRevert,
  refusalRules,
  warningRules,
} from '../../shared/operations/revert/risk.ts';
import { flagsOf, type MatrixCase, type Reality, type Result } from './kinds.ts';

export interface Place extends Source {
  readonly writes: Caller;
}

/** Gathers the facts, predicts, reverts as the app does, and compares. */
export async function tryCase(place: Place, uuid: string, each: MatrixCase): Promise<Result> {
  const started = Date.now();
  const { facts } = await gatherFacts(place, uuid, { kind: 'named', name: each.target }, null);
  const flags = flagsOf[each.ask];
  const predicted = predictRevert(facts, flags);
  const rules = [...refusalRules, ...hazardRules, ...warningRules]
    .filter((rule) => holds(rule, { facts, flags }))
    .map(({ code }) => code);
  if (predicted.hazard === 'crash')
    return { case: each, facts, predicted, real: null, disagreements: [], rules, ms: Date.now() - started };
  const before = await readDomain(place.reads, uuid);
  const answer = await ask(place.writes, uuid, each, 0);
  const forced =
    answer.code === errorCode.SNAPSHOT_REVERT_RISKY ? await ask(place.writes, uuid, each, revertFlag.force) : undefined;
  const domain = await readDomain(place.reads, uuid);
  const real: Reality = {
    answer: answer.code,
    forced: forced?.code,
    state: domain?.state ?? 'gone',
    reason: domain?.reason ?? '',
    current: domain ? await currentSnapshot(place.reads, uuid) : null,
    process:
      before?.id == null || domain?.id == null || (forced ?? answer).code !== null
        ? null
        : before.id === domain.id
          ? 'reused'
          : 'new',
    gone: predicted.unlinked.filter((file) => !existsSync(file)),
    words: [answer.words, forced?.words].filter(Boolean).join(' | '),
  };
  return {
    case: each,
    facts,
    predicted,
    real,
    disagreements: compare(predicted, real),
    rules,
    ms: Date.now() - started,
  };
}

async function ask(writes: Caller, uuid: string, { target, ask }: MatrixCase, extra: number) {
  const { running, paused, resetNvram } = flagsOf[ask];
  const bits = [running && revertFlag.running, paused && revertFlag.paused, resetNvram && revertFlag.resetNvram];
  const flags = bits.reduce<number>((all, bit) => all | (bit || 0), extra);
  try {
    await revertToSnapshot(writes, uuid, target, flags);
    return { code: null, words: '' };
  } catch (error) {
    if (error instanceof LibvirtError)
      return { code: endsEarly(error) ? errorCode.INTERNAL_ERROR : error.code, words: error.message };
    throw error;
  }
}

/** QEMU that ends by itself has another code where libvirt was still connecting to it: which comes first is chance. */
function endsEarly(error: LibvirtError): boolean {
  return error.code === errorCode.SYSTEM_ERROR && /failed to connect to monitor socket/.test(error.message);
}

/** Sentences where reality is not as predicted. */
export function compare(predicted: Prediction, real: Reality): string[] {
  const verdict = verdictOf(real);
  const doubtful = predicted.state === 'perhaps-gone' && (real.state === 'gone' || real.state === 'shutoff');
  const rows: [string, unknown, unknown][] = [
    // `safe` and `risky` are the same yes: the difference is in what may come of it later.
    ['verdict', predicted.hazard ? verdict : predicted.verdict === 'risky' ? 'safe' : predicted.verdict, verdict],
    ['answer', predicted.answer?.code ?? null, real.answer],
    ['answer by force', predicted.forced === undefined ? undefined : (predicted.forced?.code ?? null), real.forced],
    ['state', doubtful ? real.state : predicted.state, real.state],
    ['reason', predicted.reason ?? real.reason, real.reason],
    ['current snapshot', doubtful ? real.current : predicted.current, real.current],
    ['process', predicted.process ?? real.process, real.process],
    ['deleted files', predicted.unlinked.length, real.gone.length],
  ];
  return rows
    .filter(([, expected, found]) => expected !== found)
    .map(([what, expected, found]) => `${what}: predicted ${expected ?? 'none'}, found ${found ?? 'none'}`);
}

function verdictOf({ answer, forced }: Reality): string {
  if (answer === null) return 'safe';
  return forced === null ? 'needsForce' : 'willFail';
}
