import { holds, type Rule, stated, unknowns } from '../../rule.ts';
import type { CreateDraft, CreateFacts, CreatePlan, Statement, Verdict } from '../../schema.ts';
import { choiceRules } from './choice-rules.ts';
import { diskRules } from './disk-rules.ts';
import { type FileCase, fileProblem } from './file-rules.ts';
import { type NewFiles, newFiles } from './files.ts';
import { memoryRules } from './memory-rules.ts';
import { modeRules } from './mode-rules.ts';
import { type CreateRow, rowOf } from './modes.ts';
import { textProblem } from './name.ts';
import { createNeeds } from './needs.ts';
import { notesOf, spaceWarnings } from './notes.ts';
import { type DiskRequest, diskRequests } from './request.ts';
import type { CreateCase, CreateField, CreateRule } from './rule.ts';
import { tagRules } from './tag-rules.ts';
import { virshCreate } from './virsh.ts';
import { createWarnings } from './warnings.ts';
import { createXml } from './xml.ts';

export interface CreateBlocker extends Statement {
  readonly field: CreateField;
}

export interface CreateAssessment {
  /** `willFail`: something blocks it. `safe` only where nothing is to be warned of and all that matters is known. */
  readonly verdict: Exclude<Verdict, 'needsForce'>;
  /** What libvirt would be asked for; null where it has no such snapshot. */
  readonly row: CreateRow | null;
  /** What is asked of each disk. */
  readonly disks: readonly DiskRequest[];
  readonly files: NewFiles;
  readonly blockers: readonly CreateBlocker[];
  readonly warnings: readonly Statement[];
  /** Those of the warnings that are about going back: libvirt could not, or not wholly. */
  readonly wayBack: readonly Statement[];
  /** What would have to be known and is not. */
  readonly unknown: readonly Statement[];
  /** What will happen: to the guest, and where. */
  readonly notes: readonly Statement[];
  /** The command that does the same; null without a row. */
  readonly virsh: string | null;
  /** The `<domainsnapshot>` that libvirt is given; null without a row. */
  readonly xml: string | null;
}

/** In libvirt's order, as far as it has one. */
export const createRules: readonly CreateRule[] = [
  ...modeRules,
  ...diskRules,
  ...memoryRules,
  ...tagRules,
  ...choiceRules,
];

/** What can be said of a snapshot before it is taken. Pure: the window and the backend run it. */
export function assessCreate(facts: CreateFacts, draft: CreateDraft, virsh: CreatePlan['virsh']): CreateAssessment {
  const c: CreateCase = { facts, draft };
  const row = rowOf(facts, draft) ?? null;
  const files = newFiles(facts, draft);
  const disks = diskRequests(facts, draft);
  const text = textProblem(c);
  const file = (path: string, what: FileCase['what']) => fileProblem({ ...c, file: path, what, all: files });
  const blockers: CreateBlocker[] = [
    ...(text ? [text] : []),
    ...createRules.filter((rule) => holds(rule, c)).map((rule) => ({ ...said(rule, c), field: rule.about })),
    ...files.overlays.flatMap(({ target, file: path }) => at(`disk:${target}`, file(path, 'overlay'))),
    ...(files.memory === null ? [] : at('memory', file(files.memory, 'memory'))),
  ];
  const warnings = [...stated(createWarnings, c), ...(row ? spaceWarnings(facts, row, files) : [])];
  const unknown = unknowns(createNeeds, c);
  return {
    verdict: blockers.length > 0 || row === null ? 'willFail' : warnings.length + unknown.length > 0 ? 'risky' : 'safe',
    row,
    disks,
    files,
    blockers,
    warnings,
    wayBack: stated(
      createWarnings.filter((rule) => rule.wayBack),
      c,
    ),
    unknown,
    notes: row ? notesOf(facts, draft, row, files) : [],
    virsh: row && virshCreate(virsh, { disks, draft, row, files }),
    xml: row && createXml(facts, draft, row),
  };
}

/** Why a choice is not offered, whatever else is chosen; empty where it is. */
export function refusalsOf(
  facts: CreateFacts,
  draft: CreateDraft,
  about: 'mode' | 'quiesce' | 'live' | 'halt',
): Statement[] {
  const c: CreateCase = { facts, draft };
  return stated(
    createRules.filter((rule) => rule.about === about),
    c,
  );
}

function said(rule: Rule<CreateCase>, c: CreateCase): Statement {
  return { code: rule.code, text: rule.text(c) };
}

function at(field: CreateField, problem: Statement | null): CreateBlocker[] {
  return problem ? [{ ...problem, field }] : [];
}
