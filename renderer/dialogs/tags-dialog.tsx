import { type FormEvent, useRef, useState } from 'react';
import type { Problem } from '../../shared/schema.ts';
import { parseTags, tooLongTag } from '../../shared/tags.ts';
import { closeDialog } from '../store/actions.ts';
import { problemOf } from '../store/api.ts';
import { allTags, tagsOfSnapshot } from '../store/selectors.ts';
import type { Dialog } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import forms from '../ui/forms.module.css';
import parts from '../ui/parts.module.css';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import { ProblemView } from '../ui/problem-view.tsx';

/** Where tags are, and why: an element of ours is dropped by REDEFINE without a word. */
export const keptHere = 'libvirt does not store tags, so Snapkeel keeps them on this computer.';

/** The tags of one snapshot, as words between commas. */
export function TagsDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'tags' }> }) {
  const { hostId, uuid, snapshotName, createdAt } = dialog;
  const { client, store } = useApp();
  const known = useAppState(allTags);
  const present = useAppState((state) => tagsOfSnapshot(state, dialog, snapshotName));
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(present.join(', '));
  const [problem, setProblem] = useState<Problem | null>(null);
  const tags = parseTags(text);
  const tooLong = tooLongTag(tags);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (tooLong !== undefined) return;
    try {
      const about = { hostId, uuid, name: snapshotName, createdAt };
      store.setState({ marks: await client.marks.set({ kind: 'tagged', ...about, tags }) });
      closeDialog(store);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <PlainDialog title={`Tags of “${snapshotName}”`} initialFocus={field}>
      <form onSubmit={submit} className={dialogs.form}>
        <div className={dialogs.body}>
          <label className={forms.label} htmlFor="tags">
            Tags (comma-separated)
          </label>
          <input
            ref={field}
            id="tags"
            className={forms.input}
            type="text"
            autoComplete="off"
            spellCheck={false}
            value={text}
            aria-describedby="tags-note"
            onChange={(event) => setText(event.target.value)}
          />
          <p id="tags-note" className={parts.dim} role="status">
            {tooLong === undefined
              ? `${keptHere}${known.length > 0 ? ` In use: ${known.join(', ')}.` : ''}`
              : 'A tag has 40 characters at most.'}
          </p>
          {problem ? <ProblemView problem={problem} /> : null}
        </div>
        <footer className={dialogs.foot}>
          <Button onClick={() => closeDialog(store)}>Cancel</Button>
          <Button look="primary" type="submit" disabled={tooLong !== undefined}>
            Save
          </Button>
        </footer>
      </form>
    </PlainDialog>
  );
}
