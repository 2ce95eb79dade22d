import { CreateDialog } from './dialogs.ts';
import { both, expect, leaveOut, test } from './fixtures.ts';
import { isRoot } from './lab/available.ts';
import { readDisk } from './lab/disk.ts';
import { fillMemory } from './lab/fill-memory.ts';
import { holdMemory } from './lab/hold-memory.ts';

test('the demo host: the form says what is wrong, and what would happen', async ({ start }) => {
  const app = await start('--demo');
  const dialog = new CreateDialog(app);
  await app.open('scratch');
  await dialog.open();
  await expect(dialog.name).toHaveValue(/^snapshot-\d{4}-/);
  await expect(dialog.mode('Disks and memory, inside')).toBeDisabled();
  await expect(dialog.root).toContainText('The guest is off, so there is no memory to save.');
  await dialog.name.fill('.hidden');
  await expect(dialog.name).toHaveAttribute('aria-invalid', 'true');
  await expect(dialog.take).toBeDisabled();
  await dialog.name.fill('first');
  await dialog.mode('Disks only, in new').check();
  await expect(dialog.root).toContainText('New file for vda: /var/lib/libvirt/images/scratch.first');
  await expect(dialog.root).toContainText(/GiB is free in \/var\/lib\/libvirt\/images\./);
  await dialog.root.getByText('More options').click();
  const file = dialog.root.getByRole('textbox', { name: 'New file for vda' });
  for (const [path, problem] of [
    ['here.qcow2', 'must be absolute'],
    ['/var/lib/libvirt/images/web-01.qcow2', 'already exists on the host'],
    ['/no/such/folder/x', 'folder /no/such/folder'],
  ] as const) {
    await file.fill(path);
    await expect(dialog.root).toContainText(problem);
    await expect(dialog.take).toBeDisabled();
  }
  await file.fill('');
  await dialog.root.getByRole('checkbox', { name: 'vda' }).uncheck();
  await expect(dialog.root).toContainText('No disk is included');
  await dialog.root.getByRole('checkbox', { name: 'vda' }).check();
  await expect(dialog.root).toContainText(/virsh snapshot-create-as scratch first --disk-only --atomic/);
  await dialog.confirm('first');
});

test('the demo host: each domain is offered what it can have, and the rest says why not', async ({ start }) => {
  const app = await start('--demo');
  const dialog = new CreateDialog(app);
  for (const [domain, reason] of [
    ['web-01', 'The domain’s snapshots are internal.'],
    ['fileserver', 'While the guest is on, every internal snapshot includes its memory.'],
    ['storage-migration', 'A block job is running on vda'],
  ] as const) {
    await app.open(domain);
    await dialog.open();
    await expect(dialog.root).toContainText(reason);
    await app.page.keyboard.press('Escape');
    await expect(dialog.root).toBeHidden();
  }
  await app.open('game-server');
  await dialog.open();
  await dialog.mode('Disks only, in new').check();
  const freeze = dialog.root.getByRole('checkbox', { name: /^Freeze the file systems/ });
  await expect(freeze).toBeDisabled();
  await expect(dialog.root).toContainText('No guest agent answers');
  await dialog.root.getByRole('checkbox', { name: 'And leave the guest off' }).check();
  await expect(dialog.root).toContainText('The guest is switched off once the disks are saved, and stays off.');
  await expect(dialog.root).toContainText(/virsh snapshot-create-as game-server .*--halt/);
  await expect(dialog.root).toContainText(/<disk name='vda' snapshot='external'>\s*<source file=/);
});

test('the demo host: by keyboard alone, with memory', both, async ({ start }) => {
  const app = await start('--demo');
  const { keyboard } = app.page;
  const dialog = new CreateDialog(app);
  await app.open('web-01');
  await app.snapshot('app-2.0').click();
  await keyboard.press('Alt+n');
  await expect(dialog.name).toBeFocused();
  await keyboard.type('by-keyboard');
  const taking = await app.appears('Taking “by-keyboard” of web-01');
  await keyboard.press('Enter');
  await taking.seen;
  await expect(dialog.root).toBeHidden({ timeout: 30_000 });
  await expect(app.snapshot('by-keyboard')).toContainText('current');
});

test('a real libvirt: internal with memory, and external while off', both, async ({ start, lab }) => {
  const guest = await lab.guest({ name: `create-${test.info().project.name}` });
  await guest.start();
  const app = await start('--connect', lab.uri);
  const dialog = new CreateDialog(app);
  await app.open(guest.name);
  await dialog.open();
  await dialog.name.fill('inside');
  await dialog.root.getByRole('textbox', { name: 'Description' }).fill('why <not> & “so”');
  await expect(dialog.root).toContainText('The guest is paused while up to 16 MiB of memory');
  await dialog.confirm('inside');
  expect(await guest.current()).toBe('inside');
  const late = await guest.leap();
  await guest.revert('inside');
  expect(await guest.counter()).toBeLessThan(late);

  const other = await lab.guest({ name: `create-off-${test.info().project.name}` });
  await other.writeBytes(1 << 20, 'early');
  const base = await other.diskPath();
  await app.open(other.name);
  await dialog.open();
  await dialog.name.fill('outside');
  await dialog.mode('Disks only, in new').check();
  await expect(dialog.root).toContainText('takes external snapshots but cannot revert to them');
  await dialog.confirm('outside');
  await other.writeBytes(1 << 20, 'later');
  expect((await readDisk(base, 1 << 20, 5)).toString()).toBe('early');
});

test('a real libvirt: quiesced, and memory that takes long cancelled', async ({ start, lab }) => {
  leaveOut(
    test.info().title,
    isRoot() ? undefined : 'a guest agent and memory that is held need a lab that runs as root',
  );
  const { name: project } = test.info().project;
  const guest = await lab.guest({ name: `frozen-${project}`, agent: true });
  await guest.start();
  const long = await lab.guest({ name: `long-${project}`, memoryInFile: true });
  await long.start();
  await fillMemory(lab, long, 16);

  const app = await start('--connect', lab.uri);
  const dialog = new CreateDialog(app);
  await app.open(guest.name);
  await dialog.open();
  await dialog.name.fill('quiet');
  await dialog.mode('Disks only, in new').check();
  await expect(dialog.root.getByRole('checkbox', { name: /^Freeze the file systems/ })).toBeChecked();
  await dialog.confirm('quiet');
  expect(guest.agent?.commands).toEqual(['guest-fsfreeze-freeze', 'guest-fsfreeze-thaw']);

  const memory = await holdMemory(lab);
  await app.open(long.name);
  await dialog.open();
  await dialog.name.fill('never');
  await dialog.mode('Disks and memory, in new').check();
  await dialog.root.getByRole('checkbox', { name: /^Keep the guest running/ }).uncheck();
  await dialog.take.click();
  await expect(dialog.root).toContainText(/ of 1\d(\.\d)? MiB/, { timeout: 30_000 });
  await dialog.root.getByRole('button', { name: 'Cancel', exact: true }).click();
  await memory.releaseCancelled(long);
  await expect(dialog.root).toContainText('“never” not taken: cancelled', { timeout: 60_000 });
  await expect(dialog.root).toContainText('nothing was left behind');
  expect(await long.snapshots()).toEqual([]);
  expect(await long.state()).toBe('running');
});
