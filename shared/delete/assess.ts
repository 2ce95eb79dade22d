import { deleteFlag } from '../libvirt/flags.ts';
import { inVersions, type Versions } from '../libvirt/versions.ts';
import type { DeleteFacts, DeleteMode, Statement } from '../schema.ts';
import type { DeleteCase } from './case.ts';
import { isExternal, type Merge, Present } from './present.ts';
import { deleteRules } from './rules.ts';
import { type DeleteStep, deleteSteps } from './steps.ts';
import { deleteWarnings } from './warnings.ts';

/** What one call does to the images. */
export interface StepEffect {
  readonly merges: readonly Merge[];
  /** Files that libvirt unlinks without merging them. */
  readonly unlinks: readonly string[];
}

/** What a deletion means. A non-empty `blockers` means that it is not asked for. */
export interface DeleteAssessment {
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
  readonly blockers: readonly Statement[];
  readonly warnings: readonly Statement[];
}

/** How many sentences of one rule are told; a chain of thousands has the same to say of each. */
const TOLD = 3;

/** What would come of deleting these snapshots in this way, step by step on the tree as each step leaves it. */
export function assessDelete(facts: DeleteFacts, names: readonly string[], mode: DeleteMode): DeleteAssessment {
  const present = new Present(facts);
  const steps = deleteSteps(facts, names, mode);
  const parents = new Map(facts.snapshots.map(({ name, parent }) => [name, parent]));
  const goes = new Set<string>();
  const effects: StepEffect[] = [];
  const blockers = new Told();
  const warnings = new Told();
  for (const step of steps) {
    const snapshot = present.get(step.name);
    if (!snapshot) {
      effects.push({ merges: [], unlinks: [] });
      continue;
    }
    const c: DeleteCase = { facts, present, step, snapshot };
    const blocker = deleteRules.find((rule) => holds(rule, c));
    if (blocker) blockers.add(blocker.code, blocker.text(c));
    for (const warning of deleteWarnings) if (holds(warning, c)) warnings.add(warning.code, warning.text(c));
    const effect = effectOf(c);
    effects.push(effect);
    for (const merge of effect.merges) present.merge(merge);
    for (const name of [...step.goes].reverse()) {
      goes.add(name);
      present.remove(name);
    }
  }
  const stays = [...parents.keys()].filter((name) => !goes.has(name));
  return {
    steps,
    effects,
    goes: [...goes],
    moves: stays.flatMap((name) => {
      const to = present.parentOf(name);
      return to === parents.get(name) ? [] : [{ name, to }];
    }),
    current: present.current,
    merges: effects.flatMap(({ merges }) => merges),
    unlinks: effects.flatMap(({ unlinks }) => unlinks),
    blockers: blockers.list(),
    warnings: warnings.list(),
  };
}

function holds(rule: Versions & { driver?: string; when(c: DeleteCase): boolean }, c: DeleteCase) {
  const { driver } = rule;
  return (
    (driver === undefined || driver === c.facts.driver) && inVersions(c.facts.libvirtVersion, rule) && rule.when(c)
  );
}

/** A leaf of another branch is not merged: the images of its state are unlinked (observed on 11.3 and 12.8). */
function effectOf({ present, snapshot, step }: DeleteCase): StepEffect {
  const { name } = snapshot;
  if (step.flags & deleteFlag.metadataOnly || !isExternal(snapshot)) return { merges: [], unlinks: [] };
  const alone = present.childrenOf(name).length === 0 && !present.isOnActiveChain(name);
  const unlinks = present.pointsOf(name).flatMap(({ kind, path }) => (kind === 'external' ? [path] : []));
  return { merges: present.mergesOf(name), unlinks: alone ? unlinks : [] };
}

/** Each sentence once, a few of each rule. */
class Told {
  readonly #texts = new Map<string, Set<string>>();

  add(code: string, text: string): void {
    const texts = this.#texts.get(code) ?? new Set();
    this.#texts.set(code, texts.add(text));
  }

  list(): Statement[] {
    return [...this.#texts].flatMap(([code, texts]) => {
      const told = [...texts].slice(0, TOLD).map((text) => ({ code, text }));
      const more = texts.size - told.length;
      return more > 0 ? [...told, { code, text: `The same holds for ${more} more of them.` }] : told;
    });
  }
}
