import { Menu } from '@base-ui/react/menu';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import buttons from './button.module.css';
import menus from './menu.module.css';

interface DropMenuProps {
  icon: LucideIcon;
  text: ReactNode;
  /** What it is, for who doesn’t see it. */
  label: string;
  className?: string | undefined;
  /** The items. */
  children: ReactNode;
}

/** A muted button with a menu under it. */
export function DropMenu({ icon: Icon, text, label, className = '', children }: DropMenuProps) {
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={buttons.button} data-look="muted" aria-label={label}>
        <Icon size={13} aria-hidden="true" />
        {text}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={menus.place} sideOffset={4} align="start">
          <Menu.Popup className={`${menus.menu} ${className}`}>{children}</Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
