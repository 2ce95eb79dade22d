import { FileUp } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import type { ImportFile } from '../../../shared/schema.ts';
import { visible } from '../../../shared/visible.ts';
import { closeDialog } from '../../store/actions.ts';
import { Button } from '../../ui/button.tsx';
import { useApp } from '../../ui/context.tsx';
import dialogs from '../../ui/dialog.module.css';
import forms from '../../ui/forms.module.css';
import parts from '../../ui/parts.module.css';
import { PlainDialog } from '../../ui/plain-dialog.tsx';
import styles from './metadata.module.css';

/** As much as the main process takes; more is not even read. */
const limitBytes = 32 * 1024 * 1024;

/** Choosing or dropping files with snapshot metadata. */
export function PickFiles({ domainName, onPick }: { domainName: string; onPick: (files: ImportFile[]) => void }) {
  const { store } = useApp();
  const button = useRef<HTMLButtonElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const take = async (list: FileList | null) => {
    const files = [...(list ?? [])];
    if (files.length === 0) return;
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (size > limitBytes)
      return setProblem('These files are larger than 32 MiB together, which metadata of snapshots is not.');
    try {
      onPick(
        await Promise.all(files.map(async (file) => ({ name: visible(file.name), text: visible(await file.text()) }))),
      );
    } catch {
      setProblem('The files could not be read. A folder can’t be dropped here: choose the files in it.');
    }
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files);
  };
  return (
    <PlainDialog
      width={600}
      initialFocus={button}
      title={
        <>
          Import snapshots into <bdi>{domainName}</bdi>
        </>
      }
    >
      <div className={dialogs.body}>
        <p className={parts.dim}>
          A file that “Export snapshots…” has saved, or XML that “virsh snapshot-dumpxml” has printed, one file or many.
          They are only looked at: nothing is imported before you have read what would come of it.
        </p>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way to what the button does */}
        <div
          className={styles.dropPlace}
          data-over={over || undefined}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={onDrop}
        >
          <FileUp size={22} aria-hidden="true" />
          <Button ref={button} look="primary" onClick={() => input.current?.click()}>
            Choose files…
          </Button>
          <span className={parts.dim}>or drop them here</span>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            accept=".xml,application/xml,text/xml"
            aria-label="Files with snapshot metadata"
            onChange={(event) => void take(event.target.files)}
          />
        </div>
        <p className={forms.fieldProblem} role="alert">
          {problem}
        </p>
      </div>
      <div className={dialogs.foot}>
        <span className={dialogs.why} />
        <Button onClick={() => closeDialog(store)}>Cancel</Button>
      </div>
    </PlainDialog>
  );
}
