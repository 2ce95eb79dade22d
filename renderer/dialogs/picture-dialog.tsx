import type { Dialog } from '../store/store.ts';
import { PlainDialog } from '../ui/plain-dialog.tsx';

/** A picture of a console as large as it was kept, or as the window is. */
export function PictureDialog({ dialog: { title, dataUrl } }: { dialog: Extract<Dialog, { kind: 'picture' }> }) {
  return (
    <PlainDialog title={title} className="picture">
      <div className="dialog-body">
        <img src={dataUrl} alt={title} />
      </div>
    </PlainDialog>
  );
}
