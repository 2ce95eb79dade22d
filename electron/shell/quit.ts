import { app, type BrowserWindow, dialog } from 'electron';
import type { Backend } from '../backend.ts';
import { onEndingSignal } from './signals.ts';

/** Hosts that do not answer are not waited for longer. Milliseconds. */
const CLOSING_MS = 5_000;

/**
 * How the app ends: it asks first where something is under way, waits for that at a signal, and disconnects everywhere.
 * @returns what to tell of each window.
 */
export function endWith(backend: Backend): (window: BrowserWindow) => void {
  let mayEnd = false;
  let asking = false;
  let state: 'open' | 'closing' | 'closed' = 'open';

  let signalled = false;
  onEndingSignal(() => {
    if (signalled) return;
    signalled = true;
    // The window stays for as long as libvirt is waited for, and shows what for.
    backend.end().finally(() => {
      mayEnd = true;
      app.quit();
    });
  });
  app.on('will-quit', (event) => {
    if (state === 'closed') return;
    event.preventDefault();
    if (state === 'closing') return;
    state = 'closing';
    const done = () => {
      state = 'closed';
      app.exit(0);
    };
    setTimeout(done, CLOSING_MS).unref();
    backend.close().finally(done);
  });

  return (window) => {
    window.on('close', (event) => {
      const underWay = backend.underWay();
      if (mayEnd || underWay.length === 0) return;
      event.preventDefault();
      if (asking) return;
      asking = true;
      ask(window, underWay)
        .then((yes) => {
          mayEnd = yes;
          if (yes) app.quit();
        })
        .finally(() => {
          asking = false;
        });
    });
  };
}

async function ask(window: BrowserWindow, underWay: readonly string[]): Promise<boolean> {
  window.show();
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    message: underWay.length === 1 ? `${underWay[0]} is running.` : `${underWay.length} operations are running.`,
    detail: [
      ...(underWay.length === 1 ? [] : underWay.map((each) => `• ${each}`)),
      'libvirt finishes what it was asked for. Snapkeel checks the result when it is opened again. What it has not asked for yet is not done: if a safety snapshot is still being taken, its revert does not happen.',
    ].join('\n'),
    buttons: ['Keep Snapkeel open', 'Quit anyway'],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}
