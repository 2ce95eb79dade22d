import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { closeDialog } from '../store/actions.ts';
import { Button } from './button.tsx';
import { useApp } from './context.tsx';

interface PlainDialogProps {
  title: ReactNode;
  className?: string;
  children: ReactNode;
  initialFocus?: ComponentProps<typeof Dialog.Popup>['initialFocus'];
}

/** A dialog that changes nothing by being closed: Escape, a click beside it and its × all do. */
export function PlainDialog({ title, className = '', children, initialFocus }: PlainDialogProps) {
  const { store } = useApp();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeDialog(store)}>
      <Dialog.Portal>
        <Dialog.Backdrop className="veil" />
        <Dialog.Popup className={`dialog ${className}`} {...(initialFocus ? { initialFocus } : {})}>
          <div className="dialog-head with-close">
            <Dialog.Title className="dialog-title">{title}</Dialog.Title>
            <Button look="icon" aria-label="Close" onClick={() => closeDialog(store)}>
              <X size={15} aria-hidden="true" />
            </Button>
          </div>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
