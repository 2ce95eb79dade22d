import { BrowserWindow, nativeTheme, screen } from 'electron';
import { pageOrigin } from './app-scheme.ts';
import { reloadWhenStuck } from './stuck-page.ts';
import { fitInto, keepWindow, leastSize, readWindow, usualSize } from './window-bounds.ts';

export interface WindowFiles {
  readonly preload: string;
  readonly icon: string;
  /** Where its place is kept. */
  readonly state: string;
}

/** A window that has not told that it can be shown is shown all the same. Milliseconds. */
const SHOW_MS = 2_000;

/**
 * Opens the app's window and loads the page.
 * @param onOpen is told of the window before it loads anything.
 */
export async function openWindow(files: WindowFiles, onOpen: (window: BrowserWindow) => void): Promise<BrowserWindow> {
  const kept = readWindow(files.state);
  const window = new BrowserWindow({
    ...(kept ? fitInto(kept, screen.getDisplayMatching(kept).workArea) : usualSize),
    minWidth: leastSize.width,
    minHeight: leastSize.height,
    show: false,
    icon: files.icon,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14161b' : '#f4f5f7',
    webPreferences: {
      preload: files.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      spellcheck: false,
    },
  });
  onOpen(window);
  window.on('close', () => keepWindow(files.state, window.getNormalBounds(), window.isMaximized()));
  showSoon(window, kept?.maximized ?? false);
  reloadWhenStuck(window);
  await window.loadURL(`${pageOrigin}/index.html`).catch((error: unknown) => {
    if (!window.isDestroyed()) throw error;
  });
  return window;
}

/** Shows a window that may be hidden, minimised or behind others, and gives it the keyboard. */
export function bringForward(window: BrowserWindow): void {
  window.show();
  if (window.isMinimized()) window.restore();
  window.focus();
}

/** Once, at the first sign: on Wayland a hidden window may never be ready to be shown (electron#48859). */
function showSoon(window: BrowserWindow, maximized: boolean): void {
  const show = () => {
    clearTimeout(timer);
    window.off('ready-to-show', show);
    if (window.isDestroyed()) return;
    window.webContents.off('did-finish-load', show);
    if (maximized) window.maximize();
    window.show();
  };
  const timer = setTimeout(show, SHOW_MS);
  window.once('ready-to-show', show);
  window.webContents.once('did-finish-load', show);
}
