import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const electron = vi.hoisted(() => ({
  answer: 0,
  asked: [] as { message: string; detail: string }[],
  exits: [] as number[],
  quits: 0,
}));
const app = new EventEmitter();
vi.mock('electron', () => ({
  get app() {
    return Object.assign(app, { quit: () => electron.quits++, exit: (code: number) => electron.exits.push(code) });
  },
  dialog: {
    showMessageBox: async (_window: unknown, options: { message: string; detail: string }) => {
      electron.asked.push(options);
      return { response: electron.answer };
    },
  },
}));
const { endWith } = await import('./quit.ts');

const event = () => ({
  prevented: false,
  preventDefault() {
    this.prevented = true;
  },
});
const ending = (underWay: string[], close = () => Promise.resolve(), end = () => Promise.resolve()) => {
  const window = Object.assign(new EventEmitter(), { show: () => {} });
  endWith({ underWay: () => underWay, close, end } as never)(window as never);
  const tryClosing = async () => {
    const closing = event();
    window.emit('close', closing);
    await new Promise((resolve) => setImmediate(resolve));
    return closing.prevented;
  };
  return { tryClosing };
};

const before = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => [signal, process.listeners(signal)] as const);
beforeEach(() => Object.assign(electron, { answer: 0, asked: [], exits: [], quits: 0 }));
afterEach(() => {
  app.removeAllListeners();
  for (const [signal, listeners] of before)
    for (const each of process.listeners(signal)) if (!listeners.includes(each)) process.off(signal, each);
});

it('a window closes at once where nothing is under way', async () => {
  expect(await ending([]).tryClosing()).toBe(false);
  expect(electron.asked).toEqual([]);
});

it('asks where something is, and stays open unless told otherwise', async () => {
  const { tryClosing } = ending(['Reverting web-01 to “clean”']);
  expect(await tryClosing()).toBe(true);
  expect(electron.asked[0]?.message).toBe('Reverting web-01 to “clean” is running.');
  expect(electron.quits).toBe(0);
  electron.answer = 1;
  expect(await tryClosing()).toBe(true);
  await vi.waitFor(() => expect(electron.quits).toBe(1));
  expect(await tryClosing()).toBe(false);
});

it('names all that is under way', async () => {
  await ending(['One', 'Two']).tryClosing();
  expect(electron.asked[0]).toMatchObject({
    message: '2 operations are running.',
    detail: expect.stringContaining('• One\n• Two'),
  });
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s does not ask, and more of them change nothing',
  async (signal) => {
    const { tryClosing } = ending(['Reverting web-01 to “clean”']);
    process.emit(signal);
    process.emit(signal);
    await vi.waitFor(() => expect(electron.quits).toBe(1));
    expect(await tryClosing()).toBe(false);
  },
);

it('a signal waits for libvirt’s answer, and the window stays meanwhile', async () => {
  let answered = () => {};
  const answer = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const { tryClosing } = ending(['Reverting web-01 to “clean”'], undefined, () => answer);
  process.emit('SIGTERM');
  expect(await tryClosing()).toBe(true);
  expect(electron.quits).toBe(0);
  answered();
  await vi.waitFor(() => expect(electron.quits).toBe(1));
});

it('disconnects once before it ends, however often it is told to quit', async () => {
  let closed = 0;
  let release = () => {};
  ending([], () => {
    closed++;
    return new Promise((resolve) => {
      release = resolve;
    });
  });
  const [first, second] = [event(), event()];
  app.emit('will-quit', first);
  app.emit('will-quit', second);
  expect([first.prevented, second.prevented, closed]).toEqual([true, true, 1]);
  release();
  await vi.waitFor(() => expect(electron.exits).toEqual([0]));
  const last = event();
  app.emit('will-quit', last);
  expect(last.prevented).toBe(false);
});

it('ends without hosts that do not answer', async () => {
  vi.useFakeTimers();
  try {
    ending([], () => new Promise(() => {}));
    app.emit('will-quit', event());
    vi.advanceTimersByTime(60_000);
    expect(electron.exits).toEqual([0]);
  } finally {
    vi.useRealTimers();
  }
});
