import type { WebContents } from 'electron';

/** The window shows one page: it goes nowhere, opens nothing, embeds nothing and is granted nothing. */
export function denyByDefault(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  const { session } = contents;
  // Copying is asked for as a permission too; the page may write to the clipboard, never read it.
  session.setPermissionRequestHandler((_contents, permission, answer) =>
    answer(permission === 'clipboard-sanitized-write'),
  );
  session.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write');
}
