import { type RefObject, useEffect } from 'react';
import type { CreateAssessment } from '../../../shared/operations/create/assess.ts';
import { isExternal } from '../../../shared/operations/create/modes.ts';
import type { CreateField } from '../../../shared/operations/create/rule.ts';
import { prettyXml } from '../../../shared/operations/create/xml.ts';
import type { CreateDraft, CreateFacts, CreatePlan } from '../../../shared/schema.ts';
import boxes from '../../ui/box.module.css';
import { Cautions, Unknowns } from '../../ui/cautions.tsx';
import { VirshLine } from '../../ui/virsh-line.tsx';
import { NameAndDescription } from '../name-and-description.tsx';
import styles from './create.module.css';
import { ModeChoice } from './mode-choice.tsx';
import { NewFilesTable } from './new-files.tsx';
import { useFiles } from './use-files.ts';

interface CreateFormProps {
  plan: CreatePlan;
  draft: CreateDraft;
  /** What the rules say of it. */
  assessment: CreateAssessment;
  /** Is given the field to begin in. */
  field: RefObject<HTMLElement | null>;
  onChange: (draft: CreateDraft) => void;
  /** Told what is known, whenever more is. */
  onFacts: (facts: CreateFacts) => void;
  onSubmit: () => void;
}

/** What is chosen, with what is wrong beside it, and what will come of it. */
export function CreateForm({ plan, draft, assessment, field, onChange, onFacts, onSubmit }: CreateFormProps) {
  const files = useFiles(plan.hostId, plan.facts, draft);
  const facts: CreateFacts = { ...plan.facts, files };
  const known = JSON.stringify(files);
  const isKnown = known === JSON.stringify(plan.facts.files);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when more is known, not each time it's drawn
  useEffect(() => {
    if (!isKnown) onFacts(facts);
  }, [known, isKnown]);
  const { blockers, warnings, unknown, notes, virsh, xml } = assessment;
  const problemAt = (where: CreateField) => blockers.find((blocker) => blocker.field === where)?.text ?? null;
  return (
    <>
      <NameAndDescription
        value={draft}
        problems={{ name: problemAt('name'), description: problemAt('description') }}
        isNew
        field={field}
        onChange={(change) => onChange({ ...draft, ...change })}
        onSubmit={onSubmit}
      />
      <ModeChoice facts={facts} draft={draft} onChange={onChange} />
      <section className={`${boxes.box} ${styles.consequences}`} aria-label="What will happen">
        <ul>
          {notes.map(({ code, text }) => (
            <li key={code + text} className={code === 'GUEST' ? styles.first : undefined}>
              {text}
            </li>
          ))}
        </ul>
      </section>
      <Cautions of={warnings} />
      <Unknowns of={unknown} />
      {isExternal(draft.mode) ? (
        <NewFilesTable facts={facts} draft={draft} problemAt={problemAt} onChange={onChange} />
      ) : null}
      {virsh === null ? null : <VirshLine text={virsh} />}
      {xml === null ? null : <VirshLine text={prettyXml(xml)} what="snapshot XML" />}
    </>
  );
}
