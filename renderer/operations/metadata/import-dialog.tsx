import { useState } from 'react';
import { formatCount } from '../../../shared/format.ts';
import type { ImportFacts, ImportFile } from '../../../shared/schema.ts';
import { hostById } from '../../store/selectors.ts';
import type { Dialog } from '../../store/store.ts';
import { useAppState } from '../../ui/context.tsx';
import { OperationDialog } from '../operation-dialog.tsx';
import { useOperation } from '../use-operation.ts';
import { ImportReview } from './import-review.tsx';
import { PickSnapshotFiles } from './pick-snapshot-files.tsx';

type ImportDialogOf = Extract<Dialog, { kind: 'export-snapshots' | 'import-snapshots' }>;

/** Files are chosen first; what would come of them is read then. */
export function ImportDialog({ dialog }: { dialog: ImportDialogOf }) {
  const [files, setFiles] = useState<readonly ImportFile[] | null>(null);
  if (files === null) return <PickSnapshotFiles domainName={dialog.domainName} onPick={setFiles} />;
  return <ImportFiles dialog={dialog} files={files} onBack={() => setFiles(null)} />;
}

interface ImportFilesProps {
  dialog: ImportDialogOf;
  files: readonly ImportFile[];
  onBack: () => void;
}

function ImportFiles({ dialog, files, onBack }: ImportFilesProps) {
  const { hostId, uuid, domainName } = dialog;
  const hostName = useAppState((state) => hostById(state, hostId)?.name ?? '');
  const control = useOperation('import', { hostId, uuid, domainName, aim: { files: [...files] } }, () => ({}));
  const { flow } = control;
  const count = flow.step === 'review' ? addedIn(flow.plan.facts) : 0;
  return (
    <OperationDialog
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
      width={600}
      control={control}
      review={({ plan }) => <ImportReview facts={plan.facts} onBack={onBack} />}
      virsh={({ plan }) => plan.facts.lines.join('\n')}
      action={count === 0 ? 'Import' : `Import ${formatCount(count, 'snapshot')}`}
      isBlocked={({ plan }) => plan.facts.blockers.length > 0}
    />
  );
}

function addedIn({ rows }: ImportFacts): number {
  return rows.filter(({ verdict }) => verdict === 'add').length;
}
