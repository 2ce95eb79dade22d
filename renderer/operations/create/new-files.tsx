import { type ReactNode, useId, useState } from 'react';
import { withDisk } from '../../../shared/operations/create/draft.ts';
import { defaultMemoryFile } from '../../../shared/operations/create/files.ts';
import { hasMemory } from '../../../shared/operations/create/modes.ts';
import { defaultOverlay } from '../../../shared/operations/create/paths.ts';
import { canKeep, isIncluded } from '../../../shared/operations/create/request.ts';
import type { CreateField } from '../../../shared/operations/create/rule.ts';
import type { CreateDraft, CreateFacts } from '../../../shared/schema.ts';
import forms from '../../ui/forms.module.css';
import parts from '../../ui/parts.module.css';
import styles from './create.module.css';

interface NewFilesProps {
  facts: CreateFacts;
  draft: CreateDraft;
  problemAt: (field: CreateField) => string | null;
  onChange: (draft: CreateDraft) => void;
}

/** Which disks are included and where the new files go; folded away until something is wrong there. */
export function NewFilesTable({ facts, draft, problemAt, onChange }: NewFilesProps) {
  const [opened, setOpened] = useState(false);
  const nothing = problemAt('disks');
  const wrong =
    nothing !== null ||
    problemAt('memory') !== null ||
    facts.disks.some(({ target }) => problemAt(`disk:${target}`) !== null);
  return (
    <details
      className={styles.more}
      open={opened || wrong}
      onToggle={({ currentTarget }) => setOpened(currentTarget.open)}
    >
      <summary>More options: disks and files</summary>
      <div className={styles.files}>
        {facts.disks.map((disk) => (
          <DiskRow
            key={disk.target}
            disk={disk}
            draft={draft}
            problem={problemAt(`disk:${disk.target}`)}
            onChange={onChange}
          />
        ))}
        {nothing === null ? null : (
          <p className={forms.fieldProblem} role="status">
            {nothing}
          </p>
        )}
        {hasMemory(draft.mode) ? (
          <PathField
            label="Memory"
            name="File for the memory"
            value={draft.memoryFile}
            usual={defaultMemoryFile(facts, draft.name)}
            problem={problemAt('memory')}
            onChange={(memoryFile) => onChange({ ...draft, memoryFile })}
          />
        ) : null}
      </div>
    </details>
  );
}

interface DiskRowProps {
  disk: CreateFacts['disks'][number];
  draft: CreateDraft;
  problem: string | null;
  onChange: (draft: CreateDraft) => void;
}

function DiskRow({ disk, draft, problem, onChange }: DiskRowProps) {
  const { target } = disk;
  const writable = canKeep(disk);
  const included = writable && isIncluded(draft, disk);
  const check = (
    <label className={forms.check} data-off={!writable || undefined}>
      <input
        type="checkbox"
        checked={included}
        disabled={!writable}
        onChange={(event) => onChange(withDisk(draft, target, { include: event.target.checked }))}
      />
      <span>{target}</span>
    </label>
  );
  if (!writable)
    return (
      <div className={styles.file}>
        {check}
        <p className={parts.dim}>{whyNotKept(disk)}</p>
      </div>
    );
  return (
    <PathField
      label={check}
      name={`New file for ${target}`}
      value={draft.disks.find((each) => each.target === target)?.file ?? ''}
      usual={defaultOverlay(disk, draft.name)}
      off={!included}
      problem={problem}
      onChange={(path) => onChange(withDisk(draft, target, { file: path }))}
    />
  );
}

function whyNotKept({ image, readonly }: CreateFacts['disks'][number]): string {
  if (image === null) return 'Empty drive: nothing to include.';
  return readonly ? 'Read-only: it cannot change.' : 'Provided by another program: libvirt cannot include it.';
}

interface PathFieldProps {
  label: ReactNode;
  name: string;
  value: string;
  /** What it is when nothing is written. */
  usual: string;
  off?: boolean;
  problem: string | null;
  onChange: (path: string) => void;
}

function PathField({ label, name, value, usual, off = false, problem, onChange }: PathFieldProps) {
  const id = useId();
  return (
    <div className={styles.file}>
      {typeof label === 'string' ? <span>{label}</span> : label}
      {off ? (
        <p className={parts.dim}>Left out: not part of the snapshot, and keeps writing to its current image.</p>
      ) : (
        <div className={`${forms.formField} ${styles.pathField}`}>
          <input
            className={`${forms.input} ${parts.mono} ${styles.path}`}
            type="text"
            autoComplete="off"
            spellCheck={false}
            aria-label={name}
            placeholder={usual}
            value={value}
            aria-invalid={problem !== null}
            aria-describedby={id}
            onChange={(event) => onChange(event.target.value)}
          />
          <p id={id} className={problem === null ? parts.dim : forms.fieldProblem} role="status">
            {problem ?? ''}
          </p>
        </div>
      )}
    </div>
  );
}
