import { useState } from 'react';
import { formatCount } from '../../../shared/format.ts';
import type { ImportFile, ImportPlan } from '../../../shared/schema.ts';
import { hostById } from '../../store/selectors.ts';
import type { Dialog } from '../../store/store.ts';
import { useApp, useAppState } from '../../ui/context.tsx';
import { DeedDialog } from '../deed/deed-dialog.tsx';
import { useDeed } from '../deed/use-deed.ts';
import { ImportReview } from './import-review.tsx';
import { PickFiles } from './pick-files.tsx';

type ImportDialogOf = Extract<Dialog, { kind: 'export-snapshots' | 'import-snapshots' }>;

/** Files are chosen first; what would come of them is read then. */
export function ImportDialog({ dialog }: { dialog: ImportDialogOf }) {
  const [files, setFiles] = useState<readonly ImportFile[] | null>(null);
  if (files === null) return <PickFiles domainName={dialog.domainName} onPick={setFiles} />;
  return <ImportFiles dialog={dialog} files={files} onBack={() => setFiles(null)} />;
}

interface ImportFilesProps {
  dialog: ImportDialogOf;
  files: readonly ImportFile[];
  onBack: () => void;
}

function ImportFiles({ dialog, files, onBack }: ImportFilesProps) {
  const { hostId, uuid, domainName } = dialog;
  const { client } = useApp();
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const control = useDeed(() => client.metadata.planImport({ hostId, uuid, files: [...files] }));
  const { flow } = control;
  const count = flow.step === 'review' ? addedIn(flow.plan) : 0;
  return (
    <DeedDialog
      title={
        <>
          Import snapshots into <bdi>{domainName}</bdi>
        </>
      }
      about={
        <>
          {files.length === 1 ? <bdi>{files[0]?.name}</bdi> : formatCount(files.length, 'file')}, on{' '}
          <bdi>{hostName}</bdi>
        </>
      }
      className="import-snapshots"
      control={control}
      review={(plan) => <ImportReview plan={plan} onBack={onBack} />}
      action={count === 0 ? 'Import' : `Import ${formatCount(count, 'snapshot')}`}
      blocked={({ blockers }) => (blockers.length > 0 ? 'Nothing can be imported' : null)}
      onAction={(plan) =>
        control.start(
          { kind: 'import', hostId, uuid, domainName, subject: formatCount(addedIn(plan), 'snapshot') },
          ({ planId }) => client.metadata.import({ planId }),
        )
      }
    />
  );
}

function addedIn({ rows }: ImportPlan): number {
  return rows.filter(({ verdict }) => verdict === 'add').length;
}
