import { type FormEvent, useRef, useState } from 'react';
import type { Problem } from '../../shared/schema.ts';
import { changedTags, countTags, parseTags, tooLongTag } from '../../shared/tags.ts';
import { closeDialog } from '../store/actions.ts';
import { problemOf } from '../store/api.ts';
import { tagsOfSnapshot } from '../store/selectors.ts';
import type { Dialog } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import forms from '../ui/forms.module.css';
import parts from '../ui/parts.module.css';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import { ProblemView } from '../ui/problem-view.tsx';
import styles from './dialogs.module.css';
import { keptHere } from './tags-dialog.tsx';

/** Tags put to several snapshots, and taken off them; what is not touched stays as it is on each. */
export function TagsOfSeveralDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'tags-of-several' }> }) {
  const { hostId, uuid, snapshots } = dialog;
  const { client, store } = useApp();
  const field = useRef<HTMLInputElement>(null);
  const [present] = useState(() =>
    countTags(snapshots.map(({ name }) => tagsOfSnapshot(store.getState(), dialog, name))),
  );
  const [text, setText] = useState('');
  const [remove, setRemove] = useState<readonly string[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  const add = parseTags(text);
  const tooLong = tooLongTag(add) !== undefined;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (tooLong) return;
    try {
      for (const { name, createdAt } of snapshots) {
        const tags = changedTags(tagsOfSnapshot(store.getState(), dialog, name), { add, remove });
        if (tags === null) continue;
        store.setState({ marks: await client.marks.set({ kind: 'tagged', hostId, uuid, name, createdAt, tags }) });
      }
      closeDialog(store);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <PlainDialog title={`Tags of ${snapshots.length} snapshots`} initialFocus={field}>
      <form onSubmit={submit} className={dialogs.form}>
        <div className={dialogs.body}>
          <label className={forms.label} htmlFor="tags">
            Add to all (comma-separated)
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
            {tooLong ? 'A tag has 40 characters at most.' : keptHere}
          </p>
          {present.length > 0 ? (
            <fieldset className={styles.tagsPresent}>
              <legend className={forms.label}>Remove from all</legend>
              {present.map(({ tag, count }) => (
                <label key={tag} className={forms.check}>
                  <input
                    type="checkbox"
                    checked={remove.includes(tag)}
                    onChange={({ target }) =>
                      setRemove(target.checked ? [...remove, tag] : remove.filter((other) => other !== tag))
                    }
                  />
                  <span>
                    <bdi>{tag}</bdi> <span className={parts.dim}>{`on ${count} of ${snapshots.length}`}</span>
                  </span>
                </label>
              ))}
            </fieldset>
          ) : null}
          {problem ? <ProblemView problem={problem} /> : null}
        </div>
        <footer className={dialogs.foot}>
          <Button onClick={() => closeDialog(store)}>Cancel</Button>
          <Button look="primary" type="submit" disabled={tooLong || add.length + remove.length === 0}>
            Save
          </Button>
        </footer>
      </form>
    </PlainDialog>
  );
}
