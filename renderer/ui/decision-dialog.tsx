import { AlertDialog } from '@base-ui/react/alert-dialog';
import { type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react';
import { Button } from './button.tsx';
import dialogs from './dialog.module.css';
import { focusHome, type Home } from './focus-home.ts';
import { ignoreHeldKey } from './held-key.ts';

interface DecisionDialogProps {
  head: ReactNode;
  /** In pixels, where there is room. */
  width?: number | undefined;
  /** At the right edge, so that what it is about stays in sight. */
  aside?: boolean | undefined;
  className?: string | undefined;
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
  const {
    head,
    width,
    aside,
    className = '',
    home,
    step,
    field,
    safeLabel,
    onClose,
    foot,
    before,
    actions,
    children,
  } = props;
  const safe = useRef<HTMLButtonElement>(null);
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={dialogs.veil} data-aside={aside || undefined} />
        <AlertDialog.Popup
          className={`${dialogs.dialog} ${className}`}
          data-aside={aside || undefined}
          style={width === undefined ? undefined : { '--dialog-width': `${width}px` }}
          initialFocus={safe}
          finalFocus={() => focusHome(home)}
          onKeyDown={ignoreHeldKey}
        >
          <div className={dialogs.head}>{head}</div>
          <div className={dialogs.body}>{children}</div>
          <div className={dialogs.foot}>
            {foot ?? <span className={dialogs.why} />}
            {before}
            <Button ref={safe} onClick={onClose}>
              {safeLabel}
            </Button>
            {actions}
          </div>
          <FocusAtStep step={step} field={field} safe={safe} />
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

interface FocusAtStepProps extends Pick<DecisionDialogProps, 'step'> {
  field: DecisionDialogProps['field'] | undefined;
  safe: RefObject<HTMLElement | null>;
}

/**
 * The last in the popup, so that all it may focus is there. The focus moves as a step is drawn: a key pressed on seeing it
 * is not undone by a focus that comes later. The first step's is the popup's own, once a dialog before it has let go.
 */
function FocusAtStep({ step, field, safe }: FocusAtStepProps) {
  const focused = useRef(step);
  useLayoutEffect(() => {
    if (focused.current === step) return;
    focused.current = step;
    (field?.current ?? safe.current)?.focus();
  }, [step, field, safe]);
  return null;
}

/** What is decided, and a line under it. */
export function DecisionHead({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <>
      <AlertDialog.Title className={dialogs.title}>{title}</AlertDialog.Title>
      <AlertDialog.Description className={dialogs.sub}>{children}</AlertDialog.Description>
    </>
  );
}
