import { Tooltip } from '@base-ui/react/tooltip';
import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';

interface ButtonProps extends Omit<ComponentProps<'button'>, 'disabled' | 'title'> {
  look?: 'plain' | 'primary' | 'danger' | 'muted' | 'quiet' | 'icon' | 'bare';
  /** Disabled but still focusable, so that the reason can be reached and read. */
  disabled?: boolean;
  tip?: ReactNode;
}

/** A button. A disabled one does nothing, stays in the tab order and says why in its tip. */
export function Button({ look = 'plain', disabled = false, tip, onClick, className = '', ...rest }: ButtonProps) {
  const button = (
    <button
      type="button"
      className={`${styles.button} ${className}`}
      data-look={look}
      aria-disabled={disabled || undefined}
      onClick={(event) => (disabled ? event.preventDefault() : onClick?.(event))}
      {...rest}
    />
  );
  if (!tip) return button;
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={button} closeOnClick={false} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className={styles.tipPlace}>
          <Tooltip.Popup className={styles.tip}>{tip}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
