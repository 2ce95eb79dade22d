import { type FormEvent, useRef, useState } from 'react';
import { formatCount } from '../../shared/format.ts';
import { hostLimits, readGroup } from '../../shared/host-list/details.ts';
import type { Problem } from '../../shared/schema.ts';
import { closeDialog } from '../store/actions.ts';
import { problemOf } from '../store/api.ts';
import { groupsInUse } from '../store/selectors.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import parts from '../ui/parts.module.css';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import { ProblemView } from '../ui/problem-view.tsx';
import { GroupField } from './group-field.tsx';

/** Gives all hosts of a group another one: a new name, one that is in use, or none. */
export function RenameGroupDialog({ group }: { group: string }) {
  const { client, store } = useApp();
  const field = useRef<HTMLInputElement>(null);
  const hosts = useAppState((state) => state.hosts);
  const groups = useAppState(groupsInUse);
  const [name, setName] = useState(group);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const read = readGroup(name);
  const own = hosts.filter((host) => host.group === group).length;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || read === null) return;
    setBusy(true);
    try {
      await client.hosts.regroup({ from: group, to: read });
      closeDialog(store);
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  const joins = read !== null && read !== group && groups.includes(read);
  return (
    <PlainDialog
      title={
        <>
          Rename the group <bdi>{group}</bdi>
        </>
      }
      initialFocus={field}
    >
      <form onSubmit={submit} className={dialogs.form}>
        <div className={dialogs.body}>
          <GroupField label="Name" field={field} value={name} invalid={read === null} onChange={setName} />
          <p className={parts.dim} role="status">
            {renameNote(read !== null, read ?? '', joins, own)}
          </p>
          {problem ? <ProblemView problem={problem} /> : null}
        </div>
        <div className={dialogs.foot}>
          <span className={dialogs.why} />
          <Button onClick={() => closeDialog(store)}>Cancel</Button>
          <Button type="submit" look="primary" disabled={busy || read === null}>
            Rename
          </Button>
        </div>
      </form>
    </PlainDialog>
  );
}

function renameNote(valid: boolean, name: string, joins: boolean, hosts: number): string {
  if (!valid) return `A group has ${hostLimits.group} characters at most.`;
  const count = formatCount(hosts, 'host');
  if (name === '') return `${count} will have no group.`;
  return joins ? `${count} will join the hosts of “${name}”.` : `It has ${count}.`;
}
