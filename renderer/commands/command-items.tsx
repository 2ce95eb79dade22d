import { Menu } from '@base-ui/react/menu';
import { Fragment } from 'react';
import type { Target } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import menus from '../ui/menu.module.css';
import { contextOf, openTarget, runCommand } from './context.ts';
import { commandIcons } from './icons.ts';
import { type MenuEntry, menuOf, targetWords } from './menu.ts';
import { shortcutKeys } from './shortcuts.ts';

interface CommandItemsProps {
  target: Target;
  /** The menu of the open domain: its revert is about the selected row, and it shows the details, too. */
  ofOpenDomain?: boolean;
}

/** A menu on this target: what it is, what applies to it, and of what can't be done now the reason. */
export function CommandItems({ target, ofOpenDomain = false }: CommandItemsProps) {
  const app = useApp();
  // What can be done may change while the menu is open; contextOf reads it from the store itself.
  useAppState((state) => state);
  const context = contextOf(app, target);
  const { name, about } = targetWords(context);
  const selected = ofOpenDomain ? openTarget(context.state) : null;
  const parts = menuOf(context, ofOpenDomain ? contextOf(app, selected) : undefined);
  // The menu gives the focus back first; then a dialog may take it.
  const choose = (entry: MenuEntry) =>
    setTimeout(() => runCommand(entry.command, contextOf(app, entry.context === context ? target : selected)));
  return (
    <>
      <div className={menus.heading}>
        <bdi>{name}</bdi>
        <small>{about}</small>
      </div>
      {parts.map((part) => (
        <Fragment key={part[0]?.command.id}>
          <Menu.Separator className={menus.line} />
          {part.map((entry) => (
            <Item key={entry.command.id} entry={entry} onChoose={() => choose(entry)} />
          ))}
        </Fragment>
      ))}
    </>
  );
}

function Item({ entry: { command, context }, onChoose }: { entry: MenuEntry; onChoose: () => void }) {
  const reason = command.unavailable(context);
  const Icon = commandIcons[command.id];
  return (
    <Menu.Item
      className={menus.item}
      data-danger={command.danger || undefined}
      disabled={reason !== null}
      onClick={onChoose}
    >
      <span className={menus.icon} aria-hidden="true">
        {Icon ? <Icon size={14} /> : null}
      </span>
      <span className={menus.label}>
        <bdi>{command.label(context)}</bdi>
        {reason ? <small>{reason}</small> : null}
      </span>
      {command.shortcut && (context.row || command.scope !== 'history') ? (
        <kbd>{shortcutKeys(command.shortcut).join(' ')}</kbd>
      ) : null}
    </Menu.Item>
  );
}
