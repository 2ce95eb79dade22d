import { Menu } from '@base-ui/react/menu';
import { ChevronDown, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import buttons from './button.module.css';
import menus from './menu.module.css';

interface DropMenuProps {
  /** Without one it shows that a menu opens. */
  icon?: LucideIcon;
  text: ReactNode;
  /** Of the text, which may go where there is no room. */
  textClass?: string | undefined;
  /** What it is, for who doesn’t see it. */
  label: string;
  className?: string | undefined;
  align?: 'start' | 'end';
  /** Something in it is chosen. */
  chosen?: boolean;
  /** The items. */
  children: ReactNode;
}

/** A muted button with a menu under it. */
export function DropMenu(props: DropMenuProps) {
  const { icon: Icon, text, textClass = '', label, className = '', align = 'start', chosen = false, children } = props;
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={buttons.button} data-look="muted" data-chosen={chosen || undefined} aria-label={label}>
        {Icon ? <Icon size={13} aria-hidden="true" /> : null}
        <span className={`${buttons.text} ${textClass}`}>{text}</span>
        {Icon ? null : <ChevronDown size={13} aria-hidden="true" />}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={menus.place} sideOffset={4} align={align}>
          <Menu.Popup className={`${menus.menu} ${className}`}>{children}</Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
