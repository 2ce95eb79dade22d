import { useEffect } from 'react';
import type { App } from '../store/store.ts';
import { commands } from './commands.ts';
import { commandById, contextOf, openTarget, runCommand } from './context.ts';
import { matchesShortcut } from './shortcuts.ts';

const sideButtons: Readonly<Partial<Record<number, string>>> = { 3: 'view.back', 4: 'view.forward' };

/** Listens for the shortcuts of the command table. While a dialog or menu is open, its keys are its own. */
export function useShortcuts(app: App): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const state = app.store.getState();
      if (event.defaultPrevented || state.dialog || state.menu) return;
      const at = event.target instanceof HTMLElement ? event.target : null;
      const typing = at?.closest('input, textarea, [contenteditable]') !== null;
      const inHistory = at?.closest('[data-home="history"]') !== null && at?.closest('[data-index]') !== null;
      const context = contextOf(app, openTarget(state));
      for (const command of commands) {
        const shortcuts = [command.shortcut, command.alsoShortcut].filter((it) => it !== undefined);
        const hit = shortcuts.find((shortcut) => matchesShortcut(shortcut, event));
        if (hit === undefined || (command.scope === 'history' && !inHistory)) continue;
        // A plain letter or sign belongs to the field that one types in.
        if (typing && hit.length === 1) continue;
        if (!command.applies(context)) continue;
        event.preventDefault();
        runCommand(command, context);
        return;
      }
    };
    /** The buttons at the side of a mouse; a browser would leave the page. */
    const onMouseUp = (event: MouseEvent) => {
      const id = sideButtons[event.button];
      if (id === undefined) return;
      event.preventDefault();
      const state = app.store.getState();
      if (!state.dialog && !state.menu) runCommand(commandById(id), contextOf(app, null));
    };
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('mouseup', onMouseUp);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('mouseup', onMouseUp);
    };
  }, [app]);
}
