import { expect, test } from './fixtures.ts';

/** Answers about one snapshot are not as the contract has them. */
const broken = (message: string) =>
  message.includes('"name":"before-drain"') ? message.replaceAll('"disks":[', '"disks":null,"were":[') : message;

test('what can’t be shown fails alone: the rest of the window stays, and it is tried again', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await page.routeWebSocket(/\/rpc$/, (page) => {
    const server = page.connectToServer();
    server.onMessage((message) => page.send(typeof message === 'string' ? broken(message) : message));
  });
  await page.reload();
  await app.domain('web-02').click();
  const failed = page.getByRole('alert').filter({ hasText: 'can’t be shown' });
  await expect(failed.first()).toBeVisible();
  await failed.first().getByText('Details', { exact: true }).click();
  await expect(failed.first().getByRole('button', { name: 'Copy details' })).toBeVisible();
  await expect(app.domain('web-01')).toBeVisible();
  await app.open('web-01');
  await expect(app.snapshot('app-1.8')).toBeVisible();
  await expect(failed).toHaveCount(0);
});
