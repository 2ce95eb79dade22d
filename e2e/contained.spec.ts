import { expect, test } from './fixtures.ts';

/** Answers about one snapshot are not as the contract has them. */
const broken = (message: string) =>
  message.includes('"name":"before-drain"') ? message.replaceAll('"disks":[', '"disks":null,"were":[') : message;

test('a row that can’t be shown leaves the others', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await page.routeWebSocket(/\/rpc$/, (page) => {
    const server = page.connectToServer();
    server.onMessage((message) =>
      page.send(
        typeof message === 'string'
          ? message.replaceAll('"app-1.8","description":"', '"app-1.8","description":{},"was":"')
          : message,
      ),
    );
  });
  await page.reload();
  await app.open('web-01');
  const broken = page.getByRole('row').filter({ hasText: 'This row cannot be shown.' });
  await expect(broken).toHaveCount(1);
  await expect(broken.getByRole('button', { name: 'Copy details' })).toBeVisible();
  await expect(app.snapshot('installed')).toBeVisible();
});

test('what can’t be shown fails alone: the rest of the window stays, and it is tried again', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await page.routeWebSocket(/\/rpc$/, (page) => {
    const server = page.connectToServer();
    server.onMessage((message) => page.send(typeof message === 'string' ? broken(message) : message));
  });
  await page.reload();
  await app.domain('web-02').click();
  const failed = page.getByRole('alert').filter({ hasText: 'cannot be shown' });
  await expect(failed.first()).toBeVisible();
  await failed.first().getByText('Details', { exact: true }).click();
  await expect(failed.first().getByRole('button', { name: 'Copy details' })).toBeVisible();
  await expect(app.domain('web-01')).toBeVisible();
  await app.open('web-01');
  await expect(app.snapshot('app-1.8')).toBeVisible();
  await expect(failed).toHaveCount(0);
});

test('a dialog or a view whose code does not come is told, and fetched again', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  const codes = /\/assets\/(dialogs|open-domain)-[^/]*\.js$/;
  await page.route(codes, (route) => route.abort());
  await page.reload();
  await app.domain('web-01').click();
  const failed = page.getByRole('alert').filter({ hasText: 'cannot be loaded' });
  await expect(failed.first()).toContainText('That changed nothing');
  await page.keyboard.press('Control+,');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('alert')).toContainText('This dialog cannot be loaded.');
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(dialog.getByRole('alert')).toContainText('This dialog cannot be loaded.');
  await page.unroute(codes);
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await page.keyboard.press('Escape');
  await failed.first().getByRole('button', { name: 'Try again' }).click();
  await expect(app.snapshot('app-1.8')).toBeVisible();
});

test('the code of dialogs and views comes before it is needed', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  const came = Promise.all([
    page.waitForResponse(/dialogs-[^/]*\.js$/),
    page.waitForResponse(/open-domain-[^/]*\.js$/),
  ]);
  await page.reload();
  await Promise.all((await came).map((response) => response.finished()));
  await page.route(/\.js$/, (route) => route.abort());
  await page.keyboard.press('Control+,');
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
});

test('a dialog whose code takes its time says so, and has the focus as any other when it comes', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  let letCome = () => {};
  const coming = new Promise<void>((resolve) => {
    letCome = resolve;
  });
  await page.route(/dialogs-[^/]*\.js$/, async (route) => {
    await coming;
    await route.continue();
  });
  await page.reload();
  const opener = page.getByRole('button', { name: 'Add host' }).first();
  const open = async () => {
    await opener.click();
    await page.getByRole('menuitem', { name: 'Add host…' }).click();
  };
  await open();
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText('Loading…');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(opener).toBeFocused();
  await open();
  await expect(page.getByText('Loading…')).toBeVisible();
  letCome();
  await expect(page.getByRole('dialog', { name: 'Add a host' }).getByRole('combobox')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(opener).toBeFocused();
});
