import { closeDialog } from '../store/actions.ts';
import type { Dialog } from '../store/store.ts';
import blocks from '../ui/blocks.module.css';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import dialogs from '../ui/dialog.module.css';
import parts from '../ui/parts.module.css';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import styles from './dialogs.module.css';

/** Where a console is, where no viewer of this computer could be started. */
export function ConsoleDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'console' }> }) {
  const { store } = useApp();
  const { displays, reasons } = dialog.answer;
  return (
    <PlainDialog title={`Console of ${dialog.domainName}`}>
      <div className={dialogs.body}>
        <p>No viewer could be started. Open the address in any VNC or SPICE viewer.</p>
        {displays.map(({ type, address, tunnel }) => (
          <dl key={`${type} ${address}`} className={blocks.facts}>
            <div>
              <dt>{type.toUpperCase()}</dt>
              <dd>{address === null ? 'listens on no port' : <Copied text={address} what="address" />}</dd>
            </div>
            {tunnel === null ? null : (
              <div>
                <dt>First run</dt>
                <dd>
                  <Copied text={tunnel} what="tunnel command" />
                </dd>
              </div>
            )}
          </dl>
        ))}
        <ul className={`${styles.reasons} ${parts.dim}`}>
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
        <p className={parts.dim}>If virt-viewer is installed (package “virt-viewer”), Snapkeel opens it directly.</p>
      </div>
      <footer className={dialogs.foot}>
        <span className={dialogs.why} />
        <Button onClick={() => closeDialog(store)}>Close</Button>
      </footer>
    </PlainDialog>
  );
}

function Copied({ text, what }: { text: string; what: string }) {
  return (
    <span className={styles.copied}>
      <code>{text}</code>
      <CopyButton text={text} what={what} label={null} />
    </span>
  );
}
