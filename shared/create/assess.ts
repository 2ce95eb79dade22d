import type { CreateDraft, CreateFacts, CreatePlan, Statement } from '../schema.ts';
import { choiceRules, choiceWarnings } from './choice-rules.ts';
import { fileProblem } from './file-rules.ts';
import { type NewFiles, newFiles } from './files.ts';
import { type CreateRow, rowOf } from './modes.ts';
import { textProblem } from './name.ts';
import { notesOf, spaceWarnings } from './notes.ts';
import { virshCreate } from './virsh.ts';

/** Where in the form something is wrong; a disk by its target. */
export type CreateField = 'mode' | 'live' | 'quiesce' | 'disks' | 'name' | 'description' | 'memory' | `disk:${string}`;

export interface CreateBlocker extends Statement {
  readonly field: CreateField;
}

export interface CreateAssessment {
  /** What libvirt would be asked for; null where it has no such snapshot. */
  readonly row: CreateRow | null;
  readonly files: NewFiles;
  readonly blockers: readonly CreateBlocker[];
  readonly warnings: readonly Statement[];
  /** What will happen: to the guest, and where. */
  readonly notes: readonly Statement[];
  /** The command that does the same; null without a row. */
  readonly virsh: string | null;
}

/** What can be said of a snapshot before it is taken. */
export function assessCreate(facts: CreateFacts, draft: CreateDraft, virsh: CreatePlan['virsh']): CreateAssessment {
  const c = { facts, draft };
  const row = rowOf(facts, draft) ?? null;
  const files = newFiles(facts, draft);
  const text = textProblem(facts, draft);
  const stated = ({ code, text }: { code: string; text: (of: typeof c) => string }) => ({ code, text: text(c) });
  const blockers: CreateBlocker[] = [
    ...(text ? [text] : []),
    ...choiceRules.filter((rule) => rule.when(c)).map((rule) => ({ ...stated(rule), field: rule.about })),
    ...files.overlays.flatMap(({ target, file }) =>
      at(`disk:${target}`, fileProblem(facts, draft, files, file, 'overlay')),
    ),
    ...(files.memory === null ? [] : at('memory', fileProblem(facts, draft, files, files.memory, 'memory'))),
  ];
  return {
    row,
    files,
    blockers,
    warnings: [
      ...choiceWarnings.filter((rule) => rule.when(c)).map(stated),
      ...(row ? spaceWarnings(facts, row, files) : []),
    ],
    notes: row ? notesOf(facts, row, files) : [],
    virsh: row && virshCreate(virsh, { facts, draft, row, files }),
  };
}

/** Why a choice is not offered, whatever else is chosen; empty where it is. */
export function refusalsOf(facts: CreateFacts, draft: CreateDraft, about: 'mode' | 'quiesce' | 'live'): Statement[] {
  const c = { facts, draft };
  return choiceRules
    .filter((rule) => rule.about === about && rule.when(c))
    .map((rule) => ({ code: rule.code, text: rule.text(c) }));
}

function at(field: CreateField, problem: { code: string; text: string } | null): CreateBlocker[] {
  return problem ? [{ ...problem, field }] : [];
}
