import { type FormEvent, useRef, useState } from 'react';
import { formatWhole } from '../../shared/format.ts';
import { hostLimits, readDetails } from '../../shared/host-list/details.ts';
import type { Host, HostDetails, Problem } from '../../shared/schema.ts';
import { ColourChoice } from '../hosts/colour-choice.tsx';
import { closeDialog } from '../store/actions.ts';
import { problemOf } from '../store/api.ts';
import { hostById } from '../store/selectors.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import forms from '../ui/forms.module.css';
import parts from '../ui/parts.module.css';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import { ProblemView } from '../ui/problem-view.tsx';
import { Segments } from '../ui/segments.tsx';
import { GroupField } from './group-field.tsx';

/** What a person says of a host: how it is called, where it stands, and how careful one has to be with it. */
export function EditHostDialog({ hostId }: { hostId: string }) {
  const host = useAppState((state) => hostById(state, hostId));
  const name = useRef<HTMLInputElement>(null);
  return (
    <PlainDialog
      title={
        <>
          Edit <bdi>{host?.name ?? 'host'}</bdi>
        </>
      }
      width={544}
      initialFocus={name}
    >
      {host ? <Form host={host} name={name} /> : <p className={dialogs.body}>This host is no longer in the list.</p>}
    </PlainDialog>
  );
}

const checks = [
  {
    field: 'protected',
    label: 'Protect all its domains',
    note: 'You type the domain’s name before anything is destroyed.',
  },
  {
    field: 'readOnly',
    label: 'Read-only',
    note: 'Snapkeel opens a read-only connection and hides everything that changes something.',
  },
] as const;

const connectOptions = [
  { value: 'at-start', label: 'When Snapkeel starts' },
  { value: 'when-opened', label: 'When opened' },
] as const;

const sshOptions = [
  { value: 'automatic', label: 'Automatic' },
  { value: 'built-in', label: 'Built in' },
  { value: 'openssh', label: 'OpenSSH' },
] as const;
const sshNotes: Readonly<Record<HostDetails['ssh'], string>> = {
  automatic: 'The built-in client. If only OpenSSH works, Snapkeel says so and offers it.',
  'built-in': 'Uses your SSH configuration, keys and agent. Needs no other program.',
  openssh: 'The ssh on this computer. What works in your terminal works here, including security keys and Kerberos.',
};

/** Why what is written can't be kept, by field. */
const wrongs: Readonly<Record<string, string>> = {
  name: `A name has 1 to ${hostLimits.name} characters.`,
  group: `A group has ${hostLimits.group} characters at most.`,
  note: `A note has ${formatWhole(hostLimits.note)} characters at most.`,
};

function Form({ host, name }: { host: Host; name: React.RefObject<HTMLInputElement | null> }) {
  const { client, store } = useApp();
  const [draft, setDraft] = useState<HostDetails>(() => ({ ...host }));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const read = readDetails(draft);
  const change = (part: Partial<HostDetails>) => {
    setDraft({ ...draft, ...part });
    setProblem(null);
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || read.wrong !== null) return;
    setBusy(true);
    try {
      await client.hosts.edit({ hostId: host.id, details: read.details });
      closeDialog(store);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} className={dialogs.form}>
      <div className={dialogs.body}>
        <p className={`${parts.mono} ${parts.dim}`}>{host.uri}</p>
        <div className={forms.formField}>
          <label className={forms.label} htmlFor="host-name">
            Name
          </label>
          <input
            ref={name}
            id="host-name"
            className={forms.input}
            type="text"
            autoComplete="off"
            spellCheck={false}
            value={draft.name}
            aria-invalid={read.wrong === 'name'}
            onChange={({ target }) => change({ name: target.value })}
          />
        </div>
        <GroupField value={draft.group} invalid={read.wrong === 'group'} onChange={(group) => change({ group })} />
        <ColourChoice value={draft.colour} onChange={(colour) => change({ colour })} />
        <div className={forms.formField}>
          <label className={forms.label} htmlFor="host-note">
            Note
          </label>
          <textarea
            id="host-note"
            className={`${forms.input} ${forms.area}`}
            rows={3}
            value={draft.note}
            aria-invalid={read.wrong === 'note'}
            aria-describedby="host-note-note"
            onChange={({ target }) => change({ note: target.value })}
          />
          <p id="host-note-note" className={parts.dim}>
            Stored as plain text on this computer. Do not enter passwords.
          </p>
        </div>
        <div>
          {checks.map(({ field, label, note }) => (
            <div key={field}>
              <label className={forms.check}>
                <input
                  type="checkbox"
                  checked={draft[field]}
                  aria-describedby={`host-${field}-note`}
                  onChange={({ target }) => change({ [field]: target.checked })}
                />
                {label}
              </label>
              <p id={`host-${field}-note`} className={forms.checkNote}>
                {note}
              </p>
            </div>
          ))}
        </div>
        <Segments
          legend="Connect"
          name="host-connect"
          value={draft.connect}
          options={connectOptions}
          onChange={(connect) => change({ connect })}
        />
        {host.kind === 'ssh' ? (
          <div className={forms.formField}>
            <Segments
              legend="SSH client"
              name="host-ssh"
              value={draft.ssh}
              options={sshOptions}
              onChange={(ssh) => change({ ssh })}
            />
            <p className={parts.dim}>{sshNotes[draft.ssh]}</p>
          </div>
        ) : null}
        {problem ? <ProblemView problem={problem} /> : null}
      </div>
      <div className={dialogs.foot}>
        <span className={dialogs.why} role="status">
          {typeof read.wrong === 'string' ? (wrongs[read.wrong] ?? '') : ''}
        </span>
        <Button onClick={() => closeDialog(store)}>Cancel</Button>
        <Button type="submit" look="primary" disabled={busy || read.wrong !== null}>
          Save
        </Button>
      </div>
    </form>
  );
}
