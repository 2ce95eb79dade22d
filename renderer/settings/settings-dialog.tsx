import { type FormEvent, useRef, useState } from 'react';
import type { Problem, Settings } from '../../shared/schema.ts';
import { closeDialog } from '../store/actions.ts';
import { problemOf } from '../store/api.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import forms from '../ui/forms.module.css';
import { useNow } from '../ui/hooks.ts';
import { NumberField } from '../ui/number-field.tsx';
import parts from '../ui/parts.module.css';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import { NotificationSetting } from './notification-setting.tsx';
import { newNamePreview, newPatternWords, patternPreview, patternProblem, patternWords } from './pattern.ts';
import { PatternField } from './pattern-field.tsx';
import { PictureSettings } from './picture-settings.tsx';
import { RememberedSecrets } from './remembered-secrets.tsx';
import styles from './settings.module.css';

/** What holds for every window and every host. */
export function SettingsDialog() {
  const settings = useAppState((state) => state.appSettings);
  return (
    <PlainDialog title="Settings">
      {settings ? <Form settings={settings} /> : <p className={`${dialogs.body} ${parts.dim}`}>Loading…</p>}
    </PlainDialog>
  );
}

function Form({ settings }: { settings: Settings }) {
  const { client, store } = useApp();
  const now = useNow(1000);
  const patternField = useRef<HTMLInputElement>(null);
  const newPatternField = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState(settings);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const wrongNew = patternProblem(draft.snapshotNamePattern, newPatternWords);
  const wrong = patternProblem(draft.safetyNamePattern, patternWords);
  const change = (part: Partial<Settings>) => {
    setDraft({ ...draft, ...part });
    setProblem(null);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (wrongNew) return newPatternField.current?.focus();
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
    <form onSubmit={submit} className={dialogs.form}>
      <div className={`${dialogs.body} ${styles.body}`}>
        <h3>New snapshots</h3>
        <PatternField
          id="setting-new-pattern"
          name="Name of new snapshots"
          words={newPatternWords}
          field={newPatternField}
          value={draft.snapshotNamePattern}
          example={
            <>
              Example for “web-01”: “<bdi>{newNamePreview(draft.snapshotNamePattern, now)}</bdi>”.
            </>
          }
          onChange={(snapshotNamePattern) => change({ snapshotNamePattern })}
        />
        <h3>Safety snapshots</h3>
        <div className={styles.setting}>
          <label htmlFor="setting-kept">Keep per domain</label>
          <NumberField
            id="setting-kept"
            value={draft.safetySnapshotsKept}
            min={1}
            max={50}
            onChange={(safetySnapshotsKept) => change({ safetySnapshotsKept })}
          />
          <p>
            Older ones are deleted after a revert, but only if Snapkeel took them, no snapshot is based on them and they
            are not pinned.
          </p>
        </div>
        <PatternField
          id="setting-pattern"
          name="Name"
          words={patternWords}
          field={patternField}
          value={draft.safetyNamePattern}
          example={
            <>
              Example before a revert to “clean”: “<bdi>{patternPreview(draft.safetyNamePattern, now)}</bdi>”.
            </>
          }
          onChange={(safetyNamePattern) => change({ safetyNamePattern })}
        />
        <h3>Several domains at once</h3>
        <div className={styles.setting}>
          <label htmlFor="setting-parallel">Domains at once per host</label>
          <NumberField
            id="setting-parallel"
            value={draft.labParallelPerHost}
            min={1}
            max={16}
            onChange={(labParallelPerHost) => change({ labParallelPerHost })}
          />
          <p>You can change it for each run.</p>
        </div>
        <NotificationSetting draft={draft} change={change} />
        <PictureSettings draft={draft} change={change} />
        <RememberedSecrets />
        {problem ? (
          <p className={forms.fieldProblem} role="alert">
            {problem.what} {problem.effect} {problem.next}
          </p>
        ) : null}
      </div>
      <div className={dialogs.foot}>
        <span className={dialogs.why} />
        <Button onClick={() => closeDialog(store)}>Cancel</Button>
        <Button type="submit" look="primary" disabled={busy || wrong !== null || wrongNew !== null}>
          Save
        </Button>
      </div>
    </form>
  );
}
