import { holds, stated, unknowns } from '../../rule.ts';
import type { DeleteFacts, DeleteMode, Statement } from '../../schema.ts';
import type { BaseAssessment } from '../operation.ts';
import { caseOf, misnames } from './case.ts';
import { deleteNeeds } from './needs.ts';
import { type Merge, Present } from './present.ts';
import { deleteRules } from './rules.ts';
import { type DeleteStep, deleteSteps } from './steps.ts';
import { deleteWarnings } from './warnings.ts';

/**
 * `safe`: libvirt does it, and nothing is lost that was not named. `risky`: something may be, or it is not known whether.
 * `willFail`: it is not asked for.
 */
export type DeleteVerdict = 'safe' | 'risky' | 'willFail';

/** What one call does to the images. */
export interface StepEffect {
  readonly merges: readonly Merge[];
  /** Files that libvirt unlinks without merging them. */
  readonly unlinks: readonly string[];
}

/** How the images are to be when all is done. */
export interface Afterwards {
  /** By disk of the domain what it writes to. */
  readonly active: ReadonlyMap<string, string>;
  /** Of the snapshots that stay, where each disk that is part of one is. */
  readonly points: readonly { readonly name: string; readonly target: string; readonly path: string }[];
  /** Files that are gone. */
  readonly gone: readonly string[];
}

/** What a deletion means. Warnings and unknowns are read before, and consented to by the button. */
export interface DeleteAssessment extends BaseAssessment {
  readonly verdict: DeleteVerdict;
  readonly steps: readonly DeleteStep[];
  /** Of each step, in the same order. */
  readonly effects: readonly StepEffect[];
  /** Everything that would be deleted. */
  readonly goes: readonly string[];
  /** What stays and gets another parent; null: it becomes a root. */
  readonly moves: readonly { readonly name: string; readonly to: string | null }[];
  /** The current snapshot afterwards. */
  readonly current: string | null;
  readonly merges: readonly Merge[];
  /** Files that libvirt unlinks without merging them. */
  readonly unlinks: readonly string[];
  /** What of the images is promised. */
  readonly after: Afterwards;
  readonly warnings: readonly Statement[];
  /** What would have to be known for it to be called safe. */
  readonly unknowns: readonly Statement[];
}

const nothingBelow: Statement = {
  code: 'NOTHING_TO_DELETE',
  text: 'There is nothing to delete: this snapshot has no children.',
};

/** How many sentences of one rule are told; a chain of thousands has the same to say of each. */
const TOLD = 3;

/** What would come of deleting these snapshots in this way, step by step on the tree as each step leaves it. */
export function assessDelete(facts: DeleteFacts, names: readonly string[], mode: DeleteMode): DeleteAssessment {
  const present = new Present(facts);
  const steps = deleteSteps(facts, names, mode);
  const parents = new Map(facts.snapshots.map(({ name, parent }) => [name, parent]));
  const effects: StepEffect[] = [];
  const told = { blockers: new Told(), warnings: new Told(), unknowns: new Told() };
  let isRisky = false;
  for (const step of steps) {
    const snapshot = present.get(step.name);
    if (!snapshot) continue;
    const c = caseOf(facts, present, step, snapshot);
    const blocker = deleteRules.find((rule) => holds(rule, c));
    if (blocker) told.blockers.add([{ code: blocker.code, text: blocker.text(c) }]);
    told.warnings.add(stated(deleteWarnings, c));
    told.unknowns.add(unknowns(deleteNeeds, c));
    isRisky ||= deleteWarnings.some((warning) => warning.risk && holds(warning, c));
    const { merges, unlinks } = c.prepared;
    effects.push({ merges, unlinks: unlinks.map(({ path }) => path) });
    for (const merge of merges) {
      present.settle(present.ownerAbove(step.name, merge.target)?.name ?? '', [merge.target]);
      present.merge(merge);
    }
    if (misnames(c)) present.misname(step.name);
    present.remove(step.name);
  }
  const goes = steps.map(({ name }) => name);
  const gone = new Set(goes);
  const blockers = steps.length > 0 ? told.blockers.list() : [nothingBelow];
  const [warnings, unknown] = [told.warnings.list(), told.unknowns.list()];
  return {
    verdict: blockers.length > 0 ? 'willFail' : isRisky || unknown.length > 0 ? 'risky' : 'safe',
    steps,
    effects,
    goes,
    moves: [...parents].flatMap(([name, parent]) => {
      const to = present.parentOf(name);
      return gone.has(name) || to === parent ? [] : [{ name, to }];
    }),
    current: present.current,
    merges: effects.flatMap(({ merges }) => merges),
    unlinks: effects.flatMap(({ unlinks }) => unlinks),
    after: {
      active: new Map(
        facts.domain.disks.flatMap(({ target }) => {
          const path = present.activeImage(target);
          return path === null ? [] : [[target, path] as const];
        }),
      ),
      points: facts.snapshots.flatMap(({ name }) =>
        present.pointsOf(name).map(({ target, path }) => ({ name, target, path })),
      ),
      gone: effects.flatMap(({ merges, unlinks }) => [...merges.map(({ from }) => from), ...unlinks]),
    },
    blockers,
    warnings,
    unknowns: unknown,
    consents: [...warnings, ...unknown].map((each) => ({ ...each, certainty: 'needed', by: 'button' })),
  };
}

/** Each sentence once, a few of each rule. */
class Told {
  readonly #texts = new Map<string, Set<string>>();

  add(statements: readonly Statement[]): void {
    for (const { code, text } of statements) {
      const texts = this.#texts.get(code) ?? new Set();
      this.#texts.set(code, texts.add(text));
    }
  }

  list(): Statement[] {
    return [...this.#texts].flatMap(([code, texts]) => {
      const told = [...texts].slice(0, TOLD).map((text) => ({ code, text }));
      const more = texts.size - told.length;
      return more > 0 ? [...told, { code, text: `The same applies to ${more} more.` }] : told;
    });
  }
}
