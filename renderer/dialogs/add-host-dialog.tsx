import { type FormEvent, useRef, useState } from 'react';
import type { Problem } from '../../shared/schema.ts';
import { Unencrypted } from '../hosts/unencrypted.tsx';
import { closeDialog, openHostView } from '../store/actions.ts';
import { problemOf } from '../store/api.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import forms from '../ui/forms.module.css';
import parts from '../ui/parts.module.css';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import styles from './dialogs.module.css';

const examples = [
  { uri: 'qemu:///system', text: 'the domains of this machine' },
  { uri: 'qemu+ssh://user@host/system', text: 'a machine reached by SSH, with your keys and ~/.ssh/config' },
  { uri: 'qemu+tls://host/system', text: 'a machine reached by TLS, with libvirt’s certificates' },
];

/** Asks for a connection URI. Whether it is a good one, the backend says. */
export function AddHostDialog() {
  const { client, store } = useApp();
  const field = useRef<HTMLInputElement>(null);
  const [uri, setUri] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || uri.trim() === '') return;
    setBusy(true);
    try {
      const { hostId } = await client.hosts.add({ uri: uri.trim() });
      closeDialog(store);
      openHostView(store, hostId);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
      field.current?.focus();
    }
  };
  return (
    <PlainDialog title="Add a host" initialFocus={field}>
      <form onSubmit={submit} className={dialogs.form}>
        <div className={dialogs.body}>
          <label className={forms.label} htmlFor="host-uri">
            Connection URI
          </label>
          <input
            ref={field}
            id="host-uri"
            className={`${forms.input} ${parts.mono}`}
            type="text"
            placeholder="qemu+ssh://user@host/system"
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            value={uri}
            aria-invalid={problem !== null}
            aria-describedby="host-uri-problem"
            onChange={(event) => {
              setUri(event.target.value);
              setProblem(null);
            }}
          />
          <div>
            <div id="host-uri-problem" className={forms.fieldProblem} role="alert">
              {problem ? (
                <>
                  <strong>{problem.what}</strong> {problem.effect} {problem.next}
                </>
              ) : null}
            </div>
            <div role="status">
              <Unencrypted uri={uri} />
            </div>
          </div>
          <ul className={styles.examples}>
            {examples.map((example) => (
              <li key={example.uri}>
                <button
                  type="button"
                  className={`${parts.link} ${parts.mono}`}
                  onClick={() => {
                    setUri(example.uri);
                    setProblem(null);
                    field.current?.focus();
                  }}
                >
                  {example.uri}
                </button>
                <span className={parts.dim}>{example.text}</span>
              </li>
            ))}
          </ul>
        </div>
        <div className={dialogs.foot}>
          <span className={dialogs.why} />
          <Button onClick={() => closeDialog(store)}>Cancel</Button>
          <Button type="submit" look="primary" disabled={busy || uri.trim() === ''}>
            {busy ? 'Adding…' : 'Add host'}
          </Button>
        </div>
      </form>
    </PlainDialog>
  );
}
