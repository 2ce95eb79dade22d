import { Menu } from '@base-ui/react/menu';
import { useEffect, useRef } from 'react';
import { useApp, useAppState } from '../ui/context.tsx';
import { focusHome } from '../ui/focus-home.ts';
import menus from '../ui/menu.module.css';
import { CommandItems } from './command-items.tsx';
import { contextOf } from './context.ts';
import { targetWords } from './menu.ts';

/** The one context menu: at the pointer, or at a row when it was asked for by keyboard. */
export function ContextMenu() {
  const app = useApp();
  const { store } = app;
  const menu = useAppState((state) => state.menu);
  const popup = useRef<HTMLDivElement>(null);
  const lastMenu = useRef(menu);
  useEffect(() => {
    if (!menu?.byKey) return;
    const frame = requestAnimationFrame(() => popup.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus());
    return () => cancelAnimationFrame(frame);
  }, [menu]);
  if (menu) lastMenu.current = menu;
  const shown = lastMenu.current;
  if (!shown) return null;
  const { name, about } = targetWords(contextOf(app, shown.target));
  const anchor = { getBoundingClientRect: () => DOMRect.fromRect({ x: shown.x, y: shown.y, width: 0, height: 0 }) };
  return (
    <Menu.Root open={menu !== null} onOpenChange={(open) => !open && store.setState({ menu: null })} modal={false}>
      <Menu.Portal>
        <Menu.Positioner className={menus.place} anchor={anchor} side="bottom" align="start">
          <Menu.Popup
            ref={popup}
            className={menus.menu}
            aria-label={`${name} ${about}`}
            finalFocus={() => focusHome(shown.target.kind === 'row' ? 'history' : 'domains')}
          >
            <CommandItems target={shown.target} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
