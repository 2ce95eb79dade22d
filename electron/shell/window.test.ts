import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const electron = vi.hoisted(() => ({
  load: () => new Promise<void>(() => {}),
  asked: [] as { signal?: AbortSignal }[],
  answer: (_response: number) => {},
  opened: [] as { options: { show?: boolean; icon?: string } }[],
}));

class Window extends EventEmitter {
  webContents = Object.assign(new EventEmitter(), { forcefullyCrashRenderer: () => this.did.push('crash the page') });
  did: string[] = [];
  destroyed = false;
  minimized = false;

  constructor(readonly options: { show?: boolean; icon?: string }) {
    super();
    electron.opened.push(this);
  }
  show() {
    this.did.push('show');
  }
  maximize() {
    this.did.push('maximize');
  }
  restore() {
    this.did.push('restore');
  }
  focus() {
    this.did.push('focus');
  }
  reload() {
    this.did.push('reload');
  }
  isMinimized() {
    return this.minimized;
  }
  isDestroyed() {
    return this.destroyed;
  }
  loadURL() {
    return electron.load();
  }
}
vi.mock('electron', () => ({
  BrowserWindow: Window,
  dialog: {
    showMessageBox: (_window: Window, options: { signal?: AbortSignal }) =>
      new Promise((resolve) => {
        electron.asked.push(options);
        electron.answer = (response) => {
          resolve({ response });
          electron.asked = [];
        };
        options.signal?.addEventListener('abort', () => electron.answer(0));
      }),
  },
  nativeTheme: { shouldUseDarkColors: false },
  screen: {},
}));
const { bringForward, openWindow } = await import('./window.ts');

const files = { preload: '/preload.cjs', icon: '/icon.png', state: '/nowhere/window.json' };
const opening = () => {
  let window: Window | undefined;
  const opened = openWindow(files, (it) => {
    window = it as unknown as Window;
  });
  return { opened, window: window as Window };
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  Object.assign(electron, { load: () => new Promise<void>(() => {}), asked: [], opened: [] });
});
afterEach(() => vi.useRealTimers());

it('is opened hidden, with its icon, and shown once, at the first sign that it can be', () => {
  const signs: ((window: Window) => void)[] = [
    (window) => window.emit('ready-to-show'),
    (window) => window.webContents.emit('did-finish-load'),
    () => vi.advanceTimersByTime(2_000),
  ];
  for (const first of signs) {
    const { window } = opening();
    expect(window.options).toMatchObject({ show: false, icon: '/icon.png' });
    vi.advanceTimersByTime(1_999);
    expect(window.did).toEqual([]);
    first(window);
    expect(window.did).toEqual(['show']);
    for (const later of signs) later(window);
    expect(window.did).toEqual(['show']);
  }
});

it('is not shown once it is closed', () => {
  const { window } = opening();
  window.destroyed = true;
  expect(() => vi.advanceTimersByTime(10_000)).not.toThrow();
  expect(window.did).toEqual([]);
});

it('may be closed before its page is there', async () => {
  let fail: (error: Error) => void = () => {};
  electron.load = () =>
    new Promise((_, reject) => {
      fail = reject;
    });
  const closed = opening();
  closed.window.destroyed = true;
  fail(new Error("ERR_FAILED (-2) loading 'app://snapkeel/index.html'"));
  await expect(closed.opened).resolves.toBe(closed.window);

  const broken = opening();
  fail(new Error('ERR_FILE_NOT_FOUND (-6)'));
  await expect(broken.opened).rejects.toThrow('ERR_FILE_NOT_FOUND');
});

it('comes forward: shown, restored where it was minimised, and with the keyboard', () => {
  const { window } = opening();
  window.minimized = true;
  bringForward(window as never);
  window.minimized = false;
  bringForward(window as never);
  expect(window.did).toEqual(['show', 'restore', 'focus', 'show', 'focus']);
});

describe('a page that is stuck', () => {
  const reloads = ({ did }: Window) => did.filter((each) => each === 'reload').length;
  const answered = () => new Promise((resolve) => setImmediate(resolve));

  it('is loaded anew where it is gone; where it is gone at once again, that is offered', async () => {
    const { window } = opening();
    const gone = (reason: string) => window.webContents.emit('render-process-gone', {}, { reason });
    gone('clean-exit');
    expect(reloads(window)).toBe(0);
    gone('killed');
    expect(reloads(window)).toBe(1);
    vi.advanceTimersByTime(1_000);
    gone('crashed');
    expect(electron.asked).toMatchObject([{ message: 'The window has crashed twice (crashed).' }]);
    electron.answer(0);
    await answered();
    expect(reloads(window)).toBe(1);
    gone('crashed');
    electron.answer(1);
    await answered();
    expect(reloads(window)).toBe(2);
    vi.advanceTimersByTime(60_000);
    gone('oom');
    expect(reloads(window)).toBe(3);
  });

  it('is ended where it does not answer, if that is wanted, and asked about once', async () => {
    const { window } = opening();
    window.emit('unresponsive');
    window.emit('unresponsive');
    expect(electron.asked).toMatchObject([{ message: 'The window does not respond.', buttons: ['Wait', 'Reload'] }]);
    electron.answer(0);
    await answered();
    expect(window.did).toEqual([]);
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    window.emit('unresponsive');
    electron.answer(1);
    await answered();
    expect(window.did).toEqual(['reload', 'crash the page']);
    window.webContents.emit('render-process-gone', {}, { reason: 'killed' });
    expect(reloads(window)).toBe(2);
  });

  it('is not asked about any more once it answers', async () => {
    const { window } = opening();
    window.emit('unresponsive');
    window.emit('responsive');
    await answered();
    expect(window.did).toEqual([]);
  });
});
