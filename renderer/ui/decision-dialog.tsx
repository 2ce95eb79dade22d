import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type ReactNode, type RefObject, useEffect, useRef } from 'react';
import { Button } from './button.tsx';
import { focusHome, type Home } from './focus-home.ts';
import { ignoreHeldKey } from './held-key.ts';

interface DecisionDialogProps {
  head: ReactNode;
  /** Style classes: a size, and what the dialog is about. */
  className: string;
  /** The list that the focus goes back to. */
  home: Home;
  /** When it changes there is something new to read, and the focus goes back to the safe button. */
  step: string;
  /** A field that has the focus instead, where there is one to write in and nothing to destroy. */
  field?: RefObject<HTMLElement | null>;
  safeLabel: string;
  onClose: () => void;
  /** Left of the buttons: a reason, or what else can be had. */
  foot?: ReactNode;
  /** Buttons before the safe one, such as to cancel what runs. */
  before?: ReactNode;
  /** Buttons after the safe one: what the dialog is there for. */
  actions?: ReactNode;
  children: ReactNode;
}

/** A dialog that decides about something. Its safe button has the focus at every step; Escape is that button too. */
export function DecisionDialog(props: DecisionDialogProps) {
  const { head, className, home, step, field, safeLabel, onClose, foot, before, actions, children } = props;
  const safe = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when there's something new to read
  useEffect(() => (field?.current ?? safe.current)?.focus(), [step]);
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="veil" />
        <AlertDialog.Popup
          className={`dialog ${className}`}
          initialFocus={safe}
          finalFocus={() => focusHome(home)}
          onKeyDown={ignoreHeldKey}
        >
          <div className="dialog-head">{head}</div>
          <div className="dialog-body">{children}</div>
          <div className="dialog-foot">
            {foot ?? <span className="why" />}
            {before}
            <Button ref={safe} onClick={onClose}>
              {safeLabel}
            </Button>
            {actions}
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** What is decided, and a line under it. */
export function DecisionHead({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <>
      <AlertDialog.Title className="dialog-title">{title}</AlertDialog.Title>
      <AlertDialog.Description className="dialog-sub">{children}</AlertDialog.Description>
    </>
  );
}
