import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { both, expect, needsLab, test } from './fixtures.ts';

needsLab();
const at = 1024 * 1024;

test('bytes on the disk of a shut-off domain come back', async ({ start, lab }) => {
  const guest = await lab.guest({ name: `bytes-${test.info().project.name}` });
  await guest.writeBytes(at, 'before');
  await guest.snapshot('clean');
  await guest.writeBytes(at, 'AFTER!');

  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('clean');
  await expect(dialog.root).toContainText(guest.name);
  await expect(dialog.root).toContainText('clean');
  await expect(dialog.root).toContainText('shut off');
  await expect(dialog.root).toContainText(`snapshot-revert ${guest.name} clean`);
  await dialog.confirm();

  await expect(app.lastOutcome).toContainText('clean');
  expect(await guest.readBytes(at, 6)).toBe('before');
  expect(await guest.state()).toBe('shut off');
});

test('a guest’s memory comes back, and the dialog says what is lost', both, async ({ start, lab }) => {
  const guest = await lab.guest({ name: `memory-${test.info().project.name}`, graphics: 'port' });
  await guest.start();
  await guest.snapshot('early');
  const early = await guest.counter();
  const late = await guest.leap();

  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('early');
  await expect(dialog.root).toContainText('Everything in memory, including running programs');
  await expect(dialog.root).toContainText('VNC consoles are disconnected');
  await expect(dialog.choice('As it was')).toBeChecked();
  await dialog.choice('Paused').click();
  await dialog.confirm();

  const counter = await guest.counter();
  expect(counter).toBeGreaterThanOrEqual(early - 18);
  expect(counter).toBeLessThan(late);
  expect(await guest.state()).toBe('paused');
});

test('a snapshot of a shut-off domain: as it was, running, paused', async ({ start, lab }) => {
  const guest = await lab.guest({ name: `states-${test.info().project.name}` });
  await guest.snapshot('off');
  const app = await start('--connect', lab.uri);
  await app.open(guest.name);

  for (const [choice, outcome, state] of [
    ['Running', 'running', 'running'],
    ['As it was', 'shut off', 'shut off'],
    ['Paused', 'paused', 'paused'],
  ] as const) {
    const dialog = await app.askRevert('off');
    await dialog.choice(choice).click();
    await expect(dialog.root).toContainText(new RegExp(`will be ${outcome}`));
    if (choice === 'As it was') await expect(dialog.root).toContainText('stays shut off');
    await dialog.confirm();
    await expect.poll(() => guest.state()).toBe(state);
    await expect(app.domain(guest.name)).toContainText(guest.name);
  }
});

test('a right-click on “You are here” reverts to what is current', async ({ start, lab }) => {
  const guest = await lab.guest({ name: `current-${test.info().project.name}` });
  await guest.snapshot('first');
  await guest.writeBytes(at, 'second');
  await guest.snapshot('second');
  await guest.writeBytes(at, 'later!');

  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  await app.here.click({ button: 'right' });
  await app.page.getByRole('menuitem', { name: 'Revert to current snapshot…' }).click();
  const { dialog } = app;
  await dialog.ready();
  await expect(dialog.root).toContainText('--current');
  await dialog.confirm();
  expect(await guest.readBytes(at, 6)).toBe('second');
  expect(await guest.current()).toBe('second');
});

test('a transient domain needs a state to be chosen', async ({ start, lab, home }) => {
  const guest = await lab.guest({ name: `transient-${test.info().project.name}` });
  await guest.snapshot('off');
  const xml = join(home, 'off.xml');
  await writeFile(xml, await lab.virsh('snapshot-dumpxml', guest.name, 'off'));
  await guest.start();
  await lab.virsh('undefine', guest.name, '--snapshots-metadata');
  await lab.virsh('snapshot-create', guest.name, xml, '--redefine');

  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('off');
  await expect(dialog.root).toContainText('A transient domain cannot be left shut off');
  await expect(dialog.revert).toBeDisabled();
  await dialog.choice('Paused').click();
  await dialog.confirm();
  expect(await guest.state()).toBe('paused');
});
