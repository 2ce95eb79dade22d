import { Menu } from '@base-ui/react/menu';
import { Fragment } from 'react';
import type { Target } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import menus from '../ui/menu.module.css';
import { always, type Command } from './command.ts';
import { commands } from './commands.ts';
import { contextOf, runCommand } from './context.ts';
import { shortcutKeys } from './shortcuts.ts';

const actingGroups: ReadonlySet<Command['group']> = new Set(['Snapshot', 'Domain', 'Host']);

/** The items of a menu on this target: what applies to it, what can't be done now with the reason. */
export function CommandItems({ target }: { target: Target }) {
  const app = useApp();
  // What can be done may change while the menu is open; contextOf reads it from the store itself.
  useAppState((state) => state);
  const context = contextOf(app, target);
  const items = commands.filter(
    ({ id, group, applies, inMenu = always }) =>
      actingGroups.has(group) && id !== 'host.add' && applies(context) && inMenu(context),
  );
  return items.map((command, index) => {
    const reason = command.unavailable(context);
    const last = items[index - 1];
    return (
      <Fragment key={command.id}>
        {last?.danger && !command.danger ? <Menu.Separator className={menus.line} /> : null}
        <Menu.Item
          className={menus.item}
          data-danger={command.danger || undefined}
          disabled={reason !== null}
          // The menu gives the focus back first; then a dialog may take it.
          onClick={() => setTimeout(() => runCommand(command, contextOf(app, target)))}
        >
          <span className={menus.label}>
            <bdi>{command.label(context)}</bdi>
            {reason ? <small>{reason}</small> : null}
          </span>
          {command.shortcut && (target.kind === 'row' || command.scope !== 'history') ? (
            <kbd>{shortcutKeys(command.shortcut).join(' ')}</kbd>
          ) : null}
        </Menu.Item>
      </Fragment>
    );
  });
}
