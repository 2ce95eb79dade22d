import { closeDialog } from '../store/actions.ts';
import type { Dialog } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { PlainDialog } from '../ui/plain-dialog.tsx';

/** Where a console is, where no viewer of this computer could be started. */
export function ConsoleDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'console' }> }) {
  const { store } = useApp();
  const { displays, reasons } = dialog.answer;
  return (
    <PlainDialog title={`Console of ${dialog.domainName}`} className="console">
      <div className="dialog-body">
        <p>No viewer could be started. Open the address in any viewer for VNC or SPICE.</p>
        {displays.map(({ type, address, tunnel }) => (
          <dl key={`${type} ${address}`} className="facts">
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
        <ul className="reasons dim">
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
        <p className="dim">With virt-viewer installed (package “virt-viewer”), Snapkeel opens it by itself.</p>
      </div>
      <footer className="dialog-foot">
        <span className="why" />
        <Button onClick={() => closeDialog(store)}>Close</Button>
      </footer>
    </PlainDialog>
  );
}

function Copied({ text, what }: { text: string; what: string }) {
  return (
    <span className="copied">
      <code>{text}</code>
      <CopyButton text={text} what={what} label={null} />
    </span>
  );
}
