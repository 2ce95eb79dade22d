import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { both, expect, needsLab, test } from './fixtures.ts';

needsLab();
const at = 1024 * 1024;

test('a safety snapshot, the revert, and Undo brings the later bytes back', async ({ start, lab }) => {
  const guest = await lab.guest({ name: `undo-${test.info().project.name}` });
  await guest.writeBytes(at, 'before');
  await guest.snapshot('clean');
  await guest.writeBytes(at, 'LATER!');

  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('clean');
  await expect(dialog.safety).toBeChecked();
  await dialog.confirm();
  expect(await guest.readBytes(at, 6)).toBe('before');
  expect(await guest.current()).toBe('clean');

  await app.page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo…' }).click();
  await dialog.ready();
  await expect(dialog.root).toContainText(`Undo the last revert of ${guest.name}?`);
  await dialog.safety.uncheck();
  await dialog.confirm();
  expect(await guest.readBytes(at, 6)).toBe('LATER!');
  expect(await guest.current()).toMatch(/^before-revert-/);
});

test('a configuration that changes between the dialog and its button: nothing is reverted', async ({ start, lab }) => {
  const guest = await lab.guest({ name: `config-${test.info().project.name}` });
  await guest.writeBytes(at, 'before');
  await guest.snapshot('clean');
  await guest.writeBytes(at, 'LATER!');
  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('clean');
  await guest.editMemory(24);
  await dialog.revert.click();
  await expect(dialog.root).toContainText('Something changed while you were reading');
  await expect(dialog.root).toContainText('24 MiB');
  expect(await guest.readBytes(at, 6)).toBe('LATER!');
  expect(await guest.snapshots()).toEqual(['clean']);
});

test(
  'killed between asking and the answer, the app finds out what is so and writes it down',
  both,
  async ({ start, lab, home }) => {
    const guest = await lab.guest({ name: `killed-${test.info().project.name}`, holdable: true });
    await guest.start();
    await guest.snapshot('early');
    const uuid = await lab.virsh('domuuid', guest.name);
    const lines = async () => {
      const text = await readFile(join(home, 'data/journal.jsonl'), 'utf8').catch(() => '');
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    };
    const asked = async () => (await lines()).find((line) => line.type === 'asked' && line.kind === 'revert');

    const first = await start('--connect', lab.uri);
    await first.open(guest.name);
    const dialog = await first.askRevert('early');
    await dialog.safety.uncheck();
    await dialog.choice('Paused').click();
    const held = await guest.holdStart();
    await dialog.revert.click();
    await held.reached(); // libvirt is at it: it starts QEMU anew, and does not answer before
    await first.kill();
    await held.release();
    const request = await asked();
    expect(request).toMatchObject({ snapshot: 'early', domain: { uuid } });
    expect((await lines()).some((line) => line.type === 'answered' && line.requestId === request.requestId)).toBe(
      false,
    );
    await expect.poll(() => guest.state()).toBe('paused');
    const second = await start('--connect', lab.uri);
    await second.open(guest.name);
    await expect
      .poll(async () =>
        (await lines()).find((line) => line.type === 'resolved' && line.requestId === request.requestId),
      )
      .toMatchObject({ result: 'unknown', found: { state: 'paused', current: 'early' } });
    await second.tab('Activity');
    await expect(second.page.getByRole('treegrid', { name: `Activity of ${guest.name}` })).toContainText('early');
  },
);
