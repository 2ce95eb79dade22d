import { LabDialog } from '../batch/lab/lab-dialog.tsx';
import { BatchDialog } from '../batch/progress-dialog.tsx';
import { TakeDialog } from '../batch/take/take-dialog.tsx';
import { CompareDialog } from '../compare/compare-dialog.tsx';
import { CreateDialog } from '../operations/create/create-dialog.tsx';
import { DeleteDialog } from '../operations/delete/delete-dialog.tsx';
import { EditDialog } from '../operations/metadata/edit-dialog.tsx';
import { ExportDialog } from '../operations/metadata/export-dialog.tsx';
import { ImportDialog } from '../operations/metadata/import-dialog.tsx';
import { MakeCurrentDialog } from '../operations/metadata/make-current-dialog.tsx';
import { PowerDialog } from '../operations/power-dialog.tsx';
import { RevertDialog } from '../operations/revert/revert-dialog.tsx';
import { SettingsDialog } from '../settings/settings-dialog.tsx';
import { OneByOneDialog } from '../sizes/one-by-one-dialog.tsx';
import { RefreshPoolsDialog } from '../sizes/refresh-pools-dialog.tsx';
import type { Dialog } from '../store/store.ts';
import { AddHostDialog } from './add-host/add-host-dialog.tsx';
import { ConsoleDialog } from './console-dialog.tsx';
import { EditHostDialog } from './edit-host-dialog.tsx';
import { ExportHostsDialog } from './export-hosts-dialog.tsx';
import { ImportHostsDialog } from './import-hosts-dialog.tsx';
import { PictureDialog } from './picture-dialog.tsx';
import { RemoveHostDialog } from './remove-host-dialog.tsx';
import { RenameGroupDialog } from './rename-group-dialog.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { TagsDialog } from './tags-dialog.tsx';
import { TagsOfSeveralDialog } from './tags-of-several-dialog.tsx';

/** The dialog that an aim is for. */
export function OpenDialog({ dialog }: { dialog: Exclude<Dialog, { kind: 'palette' }> }) {
  switch (dialog.kind) {
    case 'revert':
      return <RevertDialog key={dialog.id} dialog={dialog} />;
    case 'lab-reset':
      return <LabDialog key={dialog.id} dialog={dialog} />;
    case 'create-each':
      return <TakeDialog key={dialog.id} dialog={dialog} />;
    case 'batch':
      return <BatchDialog key={dialog.planId} planId={dialog.planId} />;
    case 'create':
      return <CreateDialog key={`${dialog.hostId}/${dialog.uuid}`} dialog={dialog} />;
    case 'settings':
      return <SettingsDialog />;
    case 'tags':
      return <TagsDialog dialog={dialog} />;
    case 'tags-of-several':
      return <TagsOfSeveralDialog dialog={dialog} />;
    case 'compare':
      return <CompareDialog dialog={dialog} />;
    case 'edit-snapshot':
      return <EditDialog dialog={dialog} />;
    case 'make-current':
      return <MakeCurrentDialog dialog={dialog} />;
    case 'export-snapshots':
      return <ExportDialog dialog={dialog} />;
    case 'import-snapshots':
      return <ImportDialog dialog={dialog} />;
    case 'power':
      return <PowerDialog dialog={dialog} />;
    case 'one-by-one':
      return <OneByOneDialog dialog={dialog} />;
    case 'refresh-pools':
      return <RefreshPoolsDialog dialog={dialog} />;
    case 'console':
      return <ConsoleDialog dialog={dialog} />;
    case 'delete':
      return <DeleteDialog dialog={dialog} />;
    case 'picture':
      return <PictureDialog dialog={dialog} />;
    case 'add-host':
      return <AddHostDialog />;
    case 'edit-host':
      return <EditHostDialog key={dialog.hostId} hostId={dialog.hostId} />;
    case 'rename-group':
      return <RenameGroupDialog group={dialog.group} />;
    case 'export-hosts':
      return <ExportHostsDialog />;
    case 'import-hosts':
      return <ImportHostsDialog />;
    case 'remove-host':
      return <RemoveHostDialog hostId={dialog.hostId} />;
    case 'shortcuts':
      return <ShortcutsDialog />;
  }
}
