import type { App } from './app.ts';
import { expect, test } from './fixtures.ts';

/** Takes snapshots of two domains, whose names begin so, and closes the report. */
async function takeOfTwo(app: App, name: string): Promise<void> {
  const { takeEach } = app;
  await app.choose('web-01', 'scratch');
  await takeEach.open();
  await takeEach.name.fill(`${name}-{domain}`);
  if (await takeEach.warned.isVisible()) await takeEach.warned.check();
  await takeEach.take.click();
  await takeEach.ended();
  await takeEach.root.getByRole('button', { name: 'Close' }).click();
}

test('a batch that ends while the window is minimised is told by the system, and a click brings it forward', {
  tag: '@electron',
}, async ({ start }) => {
  const app = await start('--demo');
  const { electron } = app;
  if (!electron) throw new Error('This spec is about Electron’s shell.');
  await electron.evaluate(({ Notification }) => {
    const shown: Electron.Notification[] = [];
    Reflect.set(globalThis, 'shown', shown);
    Notification.prototype.show = function (this: Electron.Notification) {
      shown.push(this);
    };
  });
  const titles = () =>
    electron.evaluate(() => (Reflect.get(globalThis, 'shown') as Electron.Notification[]).map(({ title }) => title));
  const isMinimised = () =>
    electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized() === true);
  await takeOfTwo(app, 'seen');
  expect(await titles()).toEqual([]);

  await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
  await expect.poll(isMinimised).toBe(true);
  await takeOfTwo(app, 'unseen');
  await expect.poll(titles).toEqual(['Snapshots']);
  await electron.evaluate(() => (Reflect.get(globalThis, 'shown') as Electron.Notification[])[0]?.emit('click'));
  await expect.poll(isMinimised).toBe(false);
});

test('in a browser it is asked for when it is switched on, and told while somebody looks at something else', async ({
  start,
}) => {
  const app = await start('--demo');
  const { page } = app;
  await page.evaluate(() => {
    const told: string[] = [];
    class Fake {
      static permission = 'default';
      static async requestPermission() {
        Fake.permission = 'granted';
        return Fake.permission;
      }
      onclick: (() => void) | null = null;
      constructor(title: string, options: { body: string }) {
        told.push(`${title}: ${options.body}`);
      }
      close() {}
    }
    Object.assign(window, { Notification: Fake, told });
  });
  const told = () => page.evaluate(() => Reflect.get(window, 'told') as string[]);
  await page.evaluate(() => Object.assign(document, { hasFocus: () => false }));
  await takeOfTwo(app, 'not-allowed');
  expect(await told()).toEqual([]);

  await page.keyboard.press('ControlOrMeta+,');
  const settings = page.getByRole('dialog', { name: 'Settings' });
  const setting = settings.getByRole('checkbox', { name: 'Tell when something that takes long has ended' });
  await expect(setting).not.toBeChecked();
  await setting.check();
  await settings.getByRole('button', { name: 'Save' }).click();
  await expect(settings).toBeHidden();
  await takeOfTwo(app, 'allowed');
  await expect.poll(told).toEqual(['Snapshots: 2 of 2 taken']);

  await page.evaluate(() => Object.assign(document, { hasFocus: () => true }));
  await takeOfTwo(app, 'looked-at');
  expect(await told()).toHaveLength(1);
});
