import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { closeDialog } from '../store/actions.ts';
import { Button } from './button.tsx';
import { useApp } from './context.tsx';
import dialogs from './dialog.module.css';

interface PlainDialogProps {
  title: ReactNode;
  /** In pixels, where there is room. */
  width?: number;
  className?: string | undefined;
  children: ReactNode;
  initialFocus?: ComponentProps<typeof Dialog.Popup>['initialFocus'];
}

/** A dialog that changes nothing by being closed: Escape, a click beside it and its × all do. */
export function PlainDialog({ title, width, className = '', children, initialFocus }: PlainDialogProps) {
  const { store } = useApp();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeDialog(store)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialogs.veil} />
        <Dialog.Popup
          className={`${dialogs.dialog} ${className}`}
          style={width === undefined ? undefined : { '--dialog-width': `${width}px` }}
          {...(initialFocus ? { initialFocus } : {})}
        >
          <div className={`${dialogs.head} ${dialogs.withClose}`}>
            <Dialog.Title className={dialogs.title}>{title}</Dialog.Title>
            <Button look="bare" aria-label="Close" onClick={() => closeDialog(store)}>
              <X size={15} aria-hidden="true" />
            </Button>
          </div>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
