import type { WindowState } from '../../shared/schema.ts';
import { commands } from '../commands/commands.ts';
import { commandById, contextOf, openTarget, runCommand } from '../commands/context.ts';
import type { App } from '../store/store.ts';

/** What a shell of its own shows in its menu and its frame: the commands that apply now, and the theme. */
export function windowState(app: App): WindowState {
  const state = app.store.getState();
  const context = contextOf(app, openTarget(state));
  const isFree = state.dialog === null && state.link === 'open';
  return {
    theme: state.settings.theme,
    commands: commands
      .filter(({ applies }) => applies(context))
      .map(({ id, group, label, shortcut, scope, unavailable }) => ({
        id,
        group,
        label: label(context),
        shortcut: scope === 'history' ? null : (shortcut ?? null),
        enabled: isFree && unavailable(context) === null,
      })),
  };
}

/** Keeps the menu of a native shell as the window is, and does what is chosen there. */
export function startNativeShell(app: App): void {
  let told = '';
  let waiting = false;
  const tell = () => {
    waiting = false;
    const now = windowState(app);
    const text = JSON.stringify(now);
    if (text === told || app.store.getState().link !== 'open') return;
    told = text;
    app.client.window.present(now).catch((error) => console.warn(error));
  };
  app.store.subscribe((state, before) => {
    if (state.menuCommand !== before.menuCommand && state.menuCommand && !state.dialog)
      runCommand(commandById(state.menuCommand.id), contextOf(app, openTarget(state)));
    if (waiting) return;
    waiting = true;
    setTimeout(tell, TELL_MS);
  });
}

/** Changes that come in one burst are told together. */
const TELL_MS = 100;
