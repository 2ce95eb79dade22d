import { Ban, Check, Pencil, Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import { formatCount, formatWhole } from '../../shared/format.ts';
import type { HostImportDone, HostImportPlan, HostImportRow, Problem } from '../../shared/schema.ts';
import { closeDialog, pushNotice } from '../store/actions.ts';
import { problemOf } from '../store/api.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import forms from '../ui/forms.module.css';
import parts from '../ui/parts.module.css';
import { type PickedFile, PickFiles } from '../ui/pick-files.tsx';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import { ProblemView } from '../ui/problem-view.tsx';
import { VerdictCounts, VerdictList, type VerdictLook } from '../ui/verdict-list.tsx';

/** As much as the main process takes. */
const limitBytes = 4 * 1024 * 1024;

type Looks = Readonly<Record<HostImportRow['verdict'], VerdictLook>>;
const looks: Looks = {
  add: { Icon: Plus, label: 'will be added', tone: 'ok', counted: (n) => `${formatCount(n, 'host')} will be added` },
  differs: {
    Icon: Check,
    label: 'already here, not changed',
    tone: 'off',
    counted: (n) => `${n} already here, different`,
  },
  here: { Icon: Check, label: 'already here', tone: 'off', counted: (n) => `${n} already here` },
  refused: { Icon: Ban, label: 'cannot be added', tone: 'bad', counted: (n) => `${n} cannot be added` },
};
const replacing: Looks = {
  ...looks,
  differs: { Icon: Pencil, label: 'will be changed', tone: 'warn', counted: (n) => `${n} will be changed` },
};

/** A list of hosts from a file: chosen first, then read, and only then taken over. */
export function ImportHostsDialog() {
  const { client, store } = useApp();
  const button = useRef<HTMLButtonElement>(null);
  const [plan, setPlan] = useState<HostImportPlan | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [replace, setReplace] = useState(false);
  const [busy, setBusy] = useState(false);
  const begin = (next: HostImportPlan | null) => {
    setPlan(next);
    setProblem(null);
    setReplace(false);
    setBusy(false);
  };
  const failed = (error: unknown) => {
    begin(null);
    setProblem(problemOf(error));
  };
  const pick = ([file]: readonly PickedFile[]) => {
    setProblem(null);
    client.hosts.planImport({ text: file?.text ?? '' }).then(begin, failed);
  };
  const run = ({ planId }: HostImportPlan) => {
    setBusy(true);
    client.hosts.import({ planId, replace }).then((done) => {
      closeDialog(store);
      pushNotice(store, { tone: 'done', title: 'Hosts imported', lines: [doneText(done)] });
    }, failed);
  };
  const wanted = plan ? wantedOf(plan.rows, replace) : { add: 0, change: 0 };
  const nothing = wanted.add + wanted.change === 0;
  return (
    <PlainDialog title="Import hosts" width={600} initialFocus={button}>
      <div className={dialogs.body}>
        {plan ? (
          <Review plan={plan} replace={replace} onReplace={setReplace} onBack={() => begin(null)} />
        ) : (
          <PickFiles
            label="File with hosts"
            accept=".json,application/json"
            limitBytes={limitBytes}
            tooLarge="This file is larger than 4 MiB, too large for a list of hosts."
            button={button}
            onPick={pick}
          >
            A file saved with “Export hosts…”. You see what it would change before anything is added.
          </PickFiles>
        )}
        {problem ? (
          <div role="alert">
            <ProblemView problem={problem} />
          </div>
        ) : null}
      </div>
      <div className={dialogs.foot}>
        <span className={dialogs.why}>{plan && nothing ? 'There is nothing to import.' : ''}</span>
        <Button onClick={() => closeDialog(store)}>Cancel</Button>
        {plan ? (
          <Button look="primary" disabled={busy || nothing} onClick={() => run(plan)}>
            {actionText(wanted)}
          </Button>
        ) : null}
      </div>
    </PlainDialog>
  );
}

interface ReviewProps {
  plan: HostImportPlan;
  replace: boolean;
  onReplace: (replace: boolean) => void;
  onBack: () => void;
}

function Review({ plan: { rows }, replace, onReplace, onBack }: ReviewProps) {
  const shown = replace ? replacing : looks;
  const { add } = wantedOf(rows, false);
  const differing = rows.filter(({ verdict }) => verdict === 'differs').length;
  return (
    <>
      <VerdictCounts looks={shown} rows={rows}>
        <Button look="quiet" onClick={onBack}>
          Choose another file…
        </Button>
      </VerdictCounts>
      {rows.length > 0 ? (
        <VerdictList
          label="Hosts in the file"
          looks={shown}
          rows={rows.map(({ line, name, uri, verdict, reason }) => ({
            key: `${line}\n${uri}`,
            verdict,
            name: (
              <>
                <bdi>{name || 'Without a name'}</bdi>
                <bdi className={`${parts.mono} ${parts.dim}`}>{uri}</bdi>
              </>
            ),
            meta: `line ${formatWhole(line)}`,
            why: reason ?? '',
          }))}
        />
      ) : null}
      {differing > 0 ? (
        <div>
          <label className={forms.check}>
            <input type="checkbox" checked={replace} onChange={({ target }) => onReplace(target.checked)} />
            {differing === 1
              ? 'Update the existing host from the file'
              : `Update the ${differing} existing hosts from the file`}
          </label>
          <p className={forms.checkNote}>
            {differing === 1 ? 'Otherwise it is not changed.' : 'Otherwise they are not changed.'}
          </p>
        </div>
      ) : null}
      {add > 0 ? (
        <p className={parts.dim}>Snapkeel connects to each host that is added, now and at each start.</p>
      ) : null}
    </>
  );
}

function wantedOf(rows: readonly HostImportRow[], replace: boolean): { add: number; change: number } {
  const count = (wanted: HostImportRow['verdict']) => rows.filter(({ verdict }) => verdict === wanted).length;
  return { add: count('add'), change: replace ? count('differs') : 0 };
}

function actionText({ add, change }: { add: number; change: number }): string {
  if (add + change === 0) return 'Import';
  if (change === 0) return `Add ${formatCount(add, 'host')}`;
  return add === 0 ? `Change ${formatCount(change, 'host')}` : `Add ${add}, change ${change}`;
}

function doneText({ added, changed }: HostImportDone): string {
  const changes = changed > 0 ? `, ${changed} changed` : '';
  return `${formatCount(added, 'host')} added${changes}.`;
}
