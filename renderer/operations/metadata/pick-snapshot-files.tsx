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
          tooLarge="Together these files are larger than 32 MiB, too large for snapshot metadata."
          button={button}
          onPick={onPick}
        >
          A file saved with “Export snapshots…”, or one or more XML files from “virsh snapshot-dumpxml”. You see what
          they would change before anything is imported.
        </PickFiles>
      </div>
      <div className={dialogs.foot}>
        <span className={dialogs.why} />
        <Button onClick={() => closeDialog(store)}>Cancel</Button>
      </div>
    </PlainDialog>
  );
}
