import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, needsGenerations, test } from './fixtures.ts';
import { run } from './lab/run.ts';

needsGenerations();
const at = 1024 * 1024;

for (const [choice, state] of [
  ['Running', 'running'],
  ['Paused', 'paused'],
] as const)
  test(`a transient domain with a disk-only snapshot, left ${state}`, async ({ start, labs }) => {
    const lab = await labs.get('11.3');
    const guest = await lab.guest({ name: `transient-${state}`, transient: true });
    const base = await guest.diskPath();
    await guest.snapshot('disks', '--disk-only');
    const overlay = await guest.diskPath();
    expect(overlay).not.toBe(base);

    const app = await start('--connect', lab.uri);
    await app.open(guest.name);
    const dialog = await app.askRevert('disks');
    await expect(dialog.root).toContainText(
      'A transient domain cannot be left shut off. Choose “running” or “paused”.',
    );
    await expect(dialog.revert).toBeDisabled();
    await expect(dialog.choice('Running')).not.toBeChecked();
    await expect(dialog.choice('Paused')).not.toBeChecked();
    await dialog.choice(choice).click();
    await expect(dialog.root).toContainText(`will be ${state}`);
    if (await dialog.safety.isEnabled()) await dialog.safety.uncheck();
    await dialog.confirm();
    await expect(app.lastOutcome).toContainText(`reverted to “disks”, verified ${state}`);
    expect(await guest.state()).toBe(state);
    const image = await guest.diskPath();
    expect([base, overlay]).not.toContain(image);
    expect(JSON.parse(await run(['qemu-img', 'info', '-U', '--output=json', image]))['backing-filename']).toBe(base);
  });

test('a revert with a disk that the snapshot leaves out ends as planned', async ({ start, labs }) => {
  const lab = await labs.get('11.3');
  const guest = await lab.guest({ name: 'left-out', disks: 2 });
  await guest.writeBytes(at, 'before');
  await guest.writeBytes(at, 'before', 'hdb');
  await guest.snapshot('one', '--disk-only', '--diskspec', 'hda,snapshot=external', '--diskspec', 'hdb,snapshot=no');
  await guest.writeBytes(at, 'LATER!');
  await guest.writeBytes(at, 'LATER!', 'hdb');

  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('one');
  await expect(dialog.root).toContainText('hdb is not part of this snapshot and stays as it is.');
  await dialog.safety.uncheck();
  await dialog.confirm();
  await expect(app.lastOutcome).toContainText('reverted to “one”, verified shut off');
  await expect(app.lastOutcome).not.toContainText('not everything is as planned');
  expect(await guest.readBytes(at, 6)).toBe('before');
  expect(await guest.readBytes(at, 6, 'hdb')).toBe('LATER!');
});

test('a revert that fails on the way tells what was found, and offers Start and Undo', async ({ start, labs }) => {
  const lab = await labs.get('11.3');
  // No pool holds the image, so that nothing tells what is in it.
  const guest = await lab.guest({ name: 'failing', pool: false });
  await guest.start();
  await guest.snapshot('early');
  await guest.destroy();
  await run(['qemu-img', 'snapshot', '-d', 'early', await guest.diskPath()]);
  await guest.start();
  const counted = await guest.leap();

  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('early');
  await expect(dialog.root).toContainText('Not known');
  await expect(dialog.root).toContainText('could not be read');
  await expect(dialog.safety).toBeChecked();
  await dialog.revert.click();
  const ended = dialog.root.getByRole('alert');
  await expect(dialog.root.getByRole('heading', { level: 2 })).toContainText(
    `The revert of ${guest.name} to “early” failed`,
  );
  await expect(dialog.root).toContainText(/ · today \d+:\d+/);
  const now = ended.getByRole('definition');
  await expect(now.nth(0)).toHaveText(/^Shut off\s*was running$/);
  await expect(now.nth(1)).toHaveText(/^before-revert-/);
  await expect(now.nth(2)).toHaveText('may be partly reverted; libvirt does not report it');
  await expect(now.nth(3)).toHaveText(/^the state before, in before-revert-/);
  await expect(ended).not.toContainText('Nothing was reverted');
  await expect(ended).toContainText(/Undo reverts to “before-revert-/);
  expect(await guest.state()).toBe('shut off');
  await expect(dialog.root.getByRole('button', { name: 'Start' })).toBeVisible();
  await dialog.root.getByRole('button', { name: 'Undo…' }).click();
  await dialog.ready();
  await expect(dialog.root).toContainText(`Undo the last revert of ${guest.name}?`);
  if (await dialog.safety.isEnabled()) await dialog.safety.uncheck();
  await dialog.confirm();
  expect(await guest.state()).toBe('running');
  expect(await guest.counter()).toBeGreaterThanOrEqual(counted);
});

test('the firmware’s variables can be reset with an external snapshot, and not with an internal one', async ({
  start,
  labs,
}) => {
  const lab = await labs.get('11.3');
  const guest = await lab.guest({ name: 'firmware' });
  const [code, vars] = [join(guest.folder, 'code.fd'), join(guest.folder, 'vars.fd')];
  await writeFile(code, Buffer.alloc(1 << 20));
  await writeFile(vars, Buffer.alloc(1 << 20));
  const xml = (await lab.virsh('dumpxml', guest.name, '--inactive')).replace(
    '</os>',
    `<loader readonly='yes' type='pflash'>${code}</loader><nvram template='${vars}'>${guest.folder}/own.fd</nvram></os><features><acpi/></features>`,
  );
  const file = join(guest.folder, 'firmware.xml');
  await writeFile(
    file,
    xml.replace(/<features>(?![\s\S]*<features>)[\s\S]*?<\/features>/, (all) => all),
  );
  await lab.virsh('define', file);
  await writeFile(join(guest.folder, 'own.fd'), Buffer.alloc(1 << 20, 1));
  await guest.snapshot('inside');
  await guest.snapshot('outside', '--disk-only');

  const app = await start('--connect', lab.uri);
  await app.open(guest.name);
  const dialog = await app.askRevert('inside');
  const reset = dialog.root.getByRole('checkbox', { name: 'Reset the firmware’s variables (NVRAM)' });
  await expect(reset).toBeDisabled();
  await expect(dialog.root).toContainText('can leave the guest unable to start');
  await dialog.cancel.click();
  await expect(dialog.root).toBeHidden();

  await app.askRevert('outside');
  await dialog.safety.uncheck();
  await reset.check();
  await expect(dialog.root).toContainText('--reset-nvram');
  await dialog.confirm();
  await expect(app.lastOutcome).toContainText('reverted to “outside”, verified shut off');
  expect(await readFile(join(guest.folder, 'own.fd')).then((bytes) => bytes[0])).toBe(1);
});
