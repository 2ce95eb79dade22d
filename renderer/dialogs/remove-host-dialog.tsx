import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useRef } from 'react';
import { closeDialog } from '../store/actions.ts';
import { tellCallFailed } from '../store/effects.ts';
import { hostById } from '../store/selectors.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import { focusHome } from '../ui/focus-home.ts';
import parts from '../ui/parts.module.css';

/** Takes a host off the list. Nothing on the host is touched. */
export function RemoveHostDialog({ hostId }: { hostId: string }) {
  const app = useApp();
  const safe = useRef<HTMLButtonElement>(null);
  const host = useAppState((state) => hostById(state, hostId));
  const close = () => closeDialog(app.store);
  const remove = () => {
    close();
    app.client.hosts.remove({ hostId }).catch((error) => tellCallFailed(app, error));
  };
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && close()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={dialogs.veil} />
        <AlertDialog.Popup
          className={dialogs.dialog}
          style={{ '--dialog-width': '440px' }}
          initialFocus={safe}
          finalFocus={() => focusHome('domains')}
        >
          <div className={dialogs.head}>
            <AlertDialog.Title className={dialogs.title}>
              Remove <bdi>{host?.name ?? 'this host'}</bdi> from Snapkeel?
            </AlertDialog.Title>
            <AlertDialog.Description className={dialogs.sub}>
              Only the entry is removed, with its group, note and protection. Its domains and snapshots are not touched.
              You can add the host again.
            </AlertDialog.Description>
          </div>
          <div className={dialogs.foot}>
            <span className={`${dialogs.why} ${parts.mono}`}>{host?.uri}</span>
            <Button ref={safe} onClick={close}>
              Cancel
            </Button>
            <Button look="primary" onClick={remove}>
              Remove host
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
