import { Menu } from '@base-ui/react/menu';
import { Ellipsis } from 'lucide-react';
import type { Target } from '../store/store.ts';
import buttons from '../ui/button.module.css';
import menus from '../ui/menu.module.css';
import { CommandItems } from './command-items.tsx';

/** All that can be done with a domain or a host, under three dots. */
export function MoreMenu({
  name,
  target,
  ofOpenDomain = false,
}: {
  name: string;
  target: Target;
  ofOpenDomain?: boolean;
}) {
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={buttons.button} data-look="icon" aria-label={`More for ${name}`}>
        <Ellipsis size={15} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={menus.place} sideOffset={4} align="end">
          <Menu.Popup className={menus.menu}>
            <CommandItems target={target} ofOpenDomain={ofOpenDomain} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
