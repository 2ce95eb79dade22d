import { EventEmitter } from 'node:events';
import type { WebContents } from 'electron';
import { expect, it } from 'vitest';
import { denyByDefault } from './security.ts';

type Handler = (...args: unknown[]) => unknown;

/** A page whose handlers are kept under the names that they are set by. */
function page() {
  const handlers: Record<string, Handler> = {};
  const keeper = <T extends object>(target: T) =>
    new Proxy(target, {
      get: (from, name, receiver) =>
        String(name).startsWith('set')
          ? (handler: Handler) => {
              handlers[String(name)] = handler;
            }
          : Reflect.get(from, name, receiver),
    });
  const contents = keeper(Object.assign(new EventEmitter(), { session: keeper({}) }));
  const lines: string[] = [];
  denyByDefault(contents as unknown as WebContents, (line) => lines.push(line));
  const handle = (name: string, ...args: unknown[]) => handlers[name]?.(...args);
  return { contents, handle, lines };
}

it('goes nowhere and opens nothing', () => {
  const { contents, handle } = page();
  for (const name of ['will-navigate', 'will-redirect', 'will-attach-webview']) {
    let prevented = 0;
    contents.emit(name, { preventDefault: () => prevented++ });
    expect([name, prevented]).toEqual([name, 1]);
  }
  expect(handle('setWindowOpenHandler', { url: 'https://example.org' })).toEqual({ action: 'deny' });
});

it.each(['media', 'geolocation', 'display-capture', 'hid', 'serial', 'usb', 'clipboard-read', 'openExternal'])(
  'is not granted %s',
  (permission) => {
    const { handle } = page();
    const answers: unknown[] = [];
    handle('setPermissionRequestHandler', null, permission, (answer: unknown) => answers.push(answer));
    expect(answers).toEqual([false]);
    expect(handle('setPermissionCheckHandler', null, permission)).toBe(false);
  },
);

it('may copy', () => {
  expect(page().handle('setPermissionCheckHandler', null, 'clipboard-sanitized-write')).toBe(true);
});

it('is granted no device and no screen', () => {
  const { handle, lines } = page();
  expect(handle('setDevicePermissionHandler', { deviceType: 'usb' })).toBe(false);
  const answers: unknown[] = [];
  handle('setDisplayMediaRequestHandler', {}, (answer: unknown) => answers.push(answer));
  expect(answers).toEqual([{}]);
  expect(lines).toEqual([]);
});
