import { useRef } from 'react';
import type { ImportFile } from '../../../shared/schema.ts';
import { closeDialog } from '../../store/actions.ts';
import { Button } from '../../ui/button.tsx';
import { useApp } from '../../ui/context.tsx';
import dialogs from '../../ui/dialog.module.css';
import { PickFiles } from '../../ui/pick-files.tsx';
import { PlainDialog } from '../../ui/plain-dialog.tsx';

/** As much as the main process takes. */
const limitBytes = 32 * 1024 * 1024;

/** Choosing or dropping files with snapshot metadata. */
export function PickSnapshotFiles({
  domainName,
  onPick,
}: {
  domainName: string;
  onPick: (files: ImportFile[]) => void;
}) {
  const { store } = useApp();
  const button = useRef<HTMLButtonElement>(null);
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
        <PickFiles
          label="Files with snapshot metadata"
          accept=".xml,application/xml,text/xml"
          multiple
          limitBytes={limitBytes}
          tooLarge="These files are larger than 32 MiB together, which metadata of snapshots is not."
          button={button}
          onPick={onPick}
        >
          A file that “Export snapshots…” has saved, or XML that “virsh snapshot-dumpxml” has printed, one file or many.
          They are only looked at: nothing is imported before you have read what would come of it.
        </PickFiles>
      </div>
      <div className={dialogs.foot}>
        <span className={dialogs.why} />
        <Button onClick={() => closeDialog(store)}>Cancel</Button>
      </div>
    </PlainDialog>
  );
}
