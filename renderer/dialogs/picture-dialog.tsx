import type { Dialog } from '../store/store.ts';
import dialogs from '../ui/dialog.module.css';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import styles from './dialogs.module.css';

/** A picture of a console as large as it was kept, or as the window is. */
export function PictureDialog({ dialog: { title, dataUrl } }: { dialog: Extract<Dialog, { kind: 'picture' }> }) {
  return (
    <PlainDialog title={title} className={styles.picture}>
      <div className={dialogs.body}>
        <img src={dataUrl} alt={title} />
      </div>
    </PlainDialog>
  );
}
