import { type BrowserWindow, dialog } from 'electron';

/** A page that crashes sooner again may do so for ever: a person decides. Milliseconds. */
const CRASHES_APART_MS = 10_000;

/**
 * Loads a page anew that has crashed, and offers to where it would crash again or does not answer. The backend goes on
 * whatever becomes of the page: a new one shows what is so.
 */
export function reloadWhenStuck(window: BrowserWindow): void {
  let crashed = Number.NEGATIVE_INFINITY;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    const again = performance.now() - crashed < CRASHES_APART_MS;
    crashed = performance.now();
    if (!again) window.reload();
    else
      void offer(window, `The window has crashed twice (${reason}).`, 'Leave it').then((yes) => yes && window.reload());
  });

  let asking: AbortController | null = null;
  window.on('unresponsive', async () => {
    if (asking) return;
    asking = new AbortController();
    const yes = await offer(window, 'The window does not respond.', 'Wait', asking.signal);
    asking = null;
    if (!yes) return;
    crashed = Number.NEGATIVE_INFINITY; // this one is wanted
    window.webContents.forcefullyCrashRenderer();
  });
  window.on('responsive', () => asking?.abort());
}

/** Whether to load the page anew. */
async function offer(
  window: BrowserWindow,
  message: string,
  otherwise: string,
  signal?: AbortSignal,
): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    message,
    detail:
      'Running operations continue, and their results are recorded. Reloading the window loses only what you typed and did not send.',
    buttons: [otherwise, 'Reload'],
    defaultId: 1,
    cancelId: 0,
    noLink: true,
    ...(signal ? { signal } : {}),
  });
  return response === 1 && !window.isDestroyed();
}
