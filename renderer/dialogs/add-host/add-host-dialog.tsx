import { type FormEvent, type KeyboardEvent, useMemo, useRef, useState } from 'react';
import type { Problem, SourceHost } from '../../../shared/schema.ts';
import { Unencrypted } from '../../hosts/unencrypted.tsx';
import { closeDialog, openHostView } from '../../store/actions.ts';
import { problemOf } from '../../store/api.ts';
import { dueQuestion } from '../../store/selectors.ts';
import { Button } from '../../ui/button.tsx';
import { useApp, useAppState } from '../../ui/context.tsx';
import dialogs from '../../ui/dialog.module.css';
import forms from '../../ui/forms.module.css';
import parts from '../../ui/parts.module.css';
import { PlainDialog } from '../../ui/plain-dialog.tsx';
import { useAsked, useLinked } from '../../ui/use-asked.ts';
import { QuestionDialog } from '../questions/question-dialog.tsx';
import styles from './add-host.module.css';
import { Examples } from './examples.tsx';
import { SourceList } from './source-list.tsx';
import { shownSources } from './source-rows.ts';
import { TestPane } from './test-pane.tsx';
import type { SshClient } from './test-run.ts';
import { testSentence } from './test-words.ts';
import { useTest } from './use-test.ts';

/** Asks for a connection URI, or has one picked, and tests it where that is wanted. Whether it is good, the backend says. */
export function AddHostDialog() {
  const { client, store } = useApp();
  const field = useRef<HTMLInputElement>(null);
  const question = useAppState(dueQuestion);
  const linked = useLinked();
  const [uri, setUri] = useState('');
  const [filter, setFilter] = useState('');
  const [active, setActive] = useState(-1);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  /** Chosen after a test with another one. */
  const [ssh, setSsh] = useState<SshClient>();
  const test = useTest();
  const asked = useAsked({
    subject: 'sources',
    when: linked,
    ask: (signal) => client.hosts.sources(undefined, { signal }),
  });
  const sources = asked.status === 'ready' ? asked.value : null;
  const groups = useMemo(() => shownSources(sources ?? [], filter), [sources, filter]);
  const rows = useMemo(() => groups.flatMap((group) => group.rows), [groups]);
  const isEmpty = uri.trim() === '';
  const isTesting = test.run !== null && test.run.end === null;

  const write = (text: string) => {
    setUri(text);
    setProblem(null);
    setActive(-1);
    setSsh(undefined);
    test.clear();
  };
  const pick = (host: SourceHost) => {
    if (host.unusable !== null) return;
    write(host.uri);
    field.current?.focus();
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || isEmpty) return;
    setBusy(true);
    try {
      const { hostId } = await client.hosts.add({ uri: uri.trim(), ...(ssh ? { ssh } : {}) });
      closeDialog(store);
      openHostView(store, hostId);
    } catch (error) {
      setProblem(problemOf(error));
      test.clear();
      setBusy(false);
      field.current?.focus();
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = rows[active];
    if (test.run !== null || rows.length === 0) return;
    if (step !== undefined) {
      event.preventDefault();
      // Before the first and behind the last is the field itself.
      setActive(((active + 1 + step + rows.length + 1) % (rows.length + 1)) - 1);
    } else if (event.key === 'Enter' && row) {
      event.preventDefault();
      pick(row.host);
    }
  };
  return (
    <PlainDialog title="Add a host" width={660} initialFocus={field}>
      <form onSubmit={submit} className={dialogs.form}>
        <div className={`${dialogs.body} ${styles.body}`}>
          <label className={forms.label} htmlFor="host-uri">
            Connection URI
          </label>
          <input
            ref={field}
            id="host-uri"
            className={`${forms.input} ${parts.mono}`}
            type="text"
            role="combobox"
            aria-expanded={test.run === null && rows.length > 0}
            aria-controls="host-sources"
            aria-autocomplete="list"
            aria-activedescendant={active >= 0 ? `host-source-${active}` : undefined}
            placeholder="qemu+ssh://user@host/system"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={uri}
            aria-invalid={problem !== null}
            aria-describedby="host-uri-problem"
            onChange={({ target }) => {
              write(target.value);
              setFilter(target.value);
            }}
            onKeyDown={onKeyDown}
          />
          <div className={styles.told}>
            <div id="host-uri-problem" className={forms.fieldProblem} role="alert">
              {problem ? (
                <>
                  <strong>{problem.what}</strong> {problem.effect} {problem.next}
                </>
              ) : null}
            </div>
            <div role="status">
              <Unencrypted uri={uri} />
              <span className={parts.unseen}>{test.run ? testSentence(test.run) : ''}</span>
            </div>
          </div>
          {test.run ? (
            <TestPane
              run={test.run}
              onBack={test.clear}
              onOther={(other) => {
                setSsh(other);
                void test.start(uri.trim(), other);
              }}
            />
          ) : (
            <div className={styles.pane}>
              <SourceList groups={groups} active={active} uri={uri} onPick={pick} />
              {asked.status === 'loading' ? <p className={styles.none}>Looking for hosts…</p> : null}
              {asked.status === 'failed' ? <p className={styles.fault}>{asked.problem.what}</p> : null}
              {sources !== null && groups.length === 0 ? (
                <p className={styles.none}>No known host matches. You can type any address.</p>
              ) : null}
              <Examples
                onPick={(text) => {
                  write(text);
                  field.current?.focus();
                }}
              />
            </div>
          )}
        </div>
        <div className={dialogs.foot}>
          {isTesting ? (
            <Button onClick={test.stop}>Stop test</Button>
          ) : (
            <Button disabled={isEmpty || !linked} onClick={() => void test.start(uri.trim(), ssh)}>
              Test connection
            </Button>
          )}
          <span className={dialogs.why} />
          <Button onClick={() => closeDialog(store)}>Cancel</Button>
          <Button type="submit" look="primary" disabled={busy || isEmpty}>
            {busy ? 'Adding…' : 'Add host'}
          </Button>
        </div>
      </form>
      {question ? <QuestionDialog key={question.id} question={question} /> : null}
    </PlainDialog>
  );
}
