import type { Session, WebContents } from 'electron';

/**
 * The window shows one page: it goes nowhere, opens nothing, embeds nothing, and is granted no device, no screen and
 * nothing else.
 */
export function denyByDefault(contents: WebContents, log: (line: string) => void): void {
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
  for (const deny of hardware)
    try {
      deny(session);
    } catch (error) {
      log(`a denial is not taken, and nothing is granted without it: ${error}`);
    }
}

/** What is asked about on top of a permission, or without one. */
const hardware: readonly ((session: Session) => void)[] = [
  (session) => session.setDevicePermissionHandler(() => false),
  (session) => session.setDisplayMediaRequestHandler((_request, answer) => answer({})),
];
