import { useRef } from 'react';
import { formatCount } from '../../shared/format.ts';
import type { HostExport } from '../../shared/schema.ts';
import { closeDialog, pushNotice } from '../store/actions.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import parts from '../ui/parts.module.css';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import { ProblemView } from '../ui/problem-view.tsx';
import { saveText } from '../ui/save-text.ts';
import { useAsked } from '../ui/use-asked.ts';

/** The list of hosts as a file, for another computer or another person. */
export function ExportHostsDialog() {
  const { client, store } = useApp();
  const button = useRef<HTMLButtonElement>(null);
  const asked = useAsked({ subject: 'hosts', ask: (signal) => client.hosts.export(undefined, { signal }) });
  const made = asked.status === 'ready' ? asked.value : null;
  const save = ({ fileName, text, count }: HostExport) => {
    saveText(fileName, text);
    closeDialog(store);
    pushNotice(store, {
      tone: 'done',
      title: `${formatCount(count, 'host')} exported`,
      lines: [`The list is in ${fileName}.`],
    });
  };
  return (
    <PlainDialog title="Export hosts" initialFocus={button}>
      <div className={dialogs.body}>
        {made ? (
          <p>
            The file holds {formatCount(made.count, 'host')} in list order, each with its connection URI, name, group,
            colour, note, and whether it is protected or read-only.
          </p>
        ) : null}
        <p className={parts.dim}>
          It contains no passwords or keys. It does contain user names, paths of key files and your notes. Check it
          before you share it.
        </p>
        {asked.status === 'failed' ? <ProblemView problem={asked.problem} /> : null}
      </div>
      <div className={dialogs.foot}>
        <span className={dialogs.why}>{made?.fileName}</span>
        <Button onClick={() => closeDialog(store)}>Cancel</Button>
        <Button ref={button} look="primary" disabled={!made} onClick={() => made && save(made)}>
          Save file
        </Button>
      </div>
    </PlainDialog>
  );
}
