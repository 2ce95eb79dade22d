import { type FormEvent, useRef, useState } from 'react';
import type { Problem, Settings } from '../../shared/schema.ts';
import { problemOf } from '../api.ts';
import { PlainDialog } from '../dialogs/plain-dialog.tsx';
import { closeDialog } from '../store/actions.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { useNow } from '../ui/hooks.ts';
import { NumberField } from '../ui/number-field.tsx';
import { patternPreview, patternProblem, patternWords } from './pattern.ts';

/** What holds for every window and every host. */
export function SettingsDialog() {
  const settings = useAppState((state) => state.appSettings);
  return (
    <PlainDialog title="Settings" className="settings">
      {settings ? <Form settings={settings} /> : <p className="dialog-body dim">The backend has not told them yet.</p>}
    </PlainDialog>
  );
}

function Form({ settings }: { settings: Settings }) {
  const { client, store } = useApp();
  const now = useNow(1000);
  const patternField = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState(settings);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const wrong = patternProblem(draft.safetyNamePattern);
  const change = (part: Partial<Settings>) => {
    setDraft({ ...draft, ...part });
    setProblem(null);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (wrong) return patternField.current?.focus();
    if (busy) return;
    setBusy(true);
    try {
      store.setState({ appSettings: await client.settings.set(draft) });
      closeDialog(store);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} className="dialog-form">
      <div className="dialog-body">
        <h3>Safety snapshots</h3>
        <div className="setting">
          <label htmlFor="setting-kept">Kept per domain</label>
          <NumberField
            id="setting-kept"
            value={draft.safetySnapshotsKept}
            min={1}
            max={50}
            onChange={(safetySnapshotsKept) => change({ safetySnapshotsKept })}
          />
          <p>
            Older ones are removed after a revert, but only those that Snapkeel made, that nothing is built on, and that
            aren’t pinned.
          </p>
        </div>
        <div className="setting wide">
          <label htmlFor="setting-pattern">Name</label>
          <input
            ref={patternField}
            id="setting-pattern"
            className="input mono"
            type="text"
            autoComplete="off"
            spellCheck={false}
            value={draft.safetyNamePattern}
            aria-invalid={wrong !== null}
            aria-describedby="setting-pattern-note"
            onChange={({ target }) => change({ safetyNamePattern: target.value })}
          />
          <div id="setting-pattern-note">
            {wrong ? (
              <p className="field-problem">{wrong}</p>
            ) : (
              <p>
                Before a revert to “clean” it would be “<bdi>{patternPreview(draft.safetyNamePattern, now)}</bdi>”.
              </p>
            )}
            <p>
              Filled in:{' '}
              {patternWords.map((word) => (
                <code key={word}>{`{${word}} `}</code>
              ))}
            </p>
          </div>
        </div>
        <h3>Lab reset</h3>
        <div className="setting">
          <label htmlFor="setting-parallel">Domains at a time per host</label>
          <NumberField
            id="setting-parallel"
            value={draft.labParallelPerHost}
            min={1}
            max={16}
            onChange={(labParallelPerHost) => change({ labParallelPerHost })}
          />
          <p>Can be changed for each lab reset.</p>
        </div>
        {problem ? (
          <p className="field-problem" role="alert">
            {problem.what} {problem.effect} {problem.next}
          </p>
        ) : null}
      </div>
      <div className="dialog-foot">
        <span className="why" />
        <Button onClick={() => closeDialog(store)}>Cancel</Button>
        <Button type="submit" look="primary" disabled={busy || wrong !== null}>
          Save
        </Button>
      </div>
    </form>
  );
}
