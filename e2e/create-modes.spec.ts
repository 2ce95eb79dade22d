import { type CreateRow, createRows } from '../shared/operations/create/modes.ts';
import type { CreateMode } from '../shared/schema.ts';
import { CreateDialog } from './dialogs.ts';
import { expect, needsGenerations, test } from './fixtures.ts';
import { wantedGenerations } from './lab/extent.ts';
import type { Guest } from './lab/guest.ts';

needsGenerations();

const at = 1 << 20;
const words: Readonly<Record<CreateMode, Parameters<CreateDialog['mode']>[0]>> = {
  'disks-internal': 'Disks only, inside',
  'disks-external': 'Disks only, in new',
  'memory-internal': 'Disks and memory, inside',
  'memory-external': 'Disks and memory, in new',
};

/** Freezing needs an agent in the guest, and has a test of its own. */
const rows = createRows.filter(({ quiesce }) => !quiesce);

/** In `npm test` on one that can revert to all of them; `npm run proofs` runs the others. */
for (const generation of wantedGenerations('11.3'))
  test(`every mode through the window on ${generation}: disk and screen come back as they were`, async ({
    start,
    labs,
  }) => {
    test.setTimeout(240_000);
    const lab = await labs.get(generation);
    const app = await start('--connect', lab.uri);
    const dialog = new CreateDialog(app);
    // Debian 12's libvirt takes external snapshots but cannot revert to them.
    const shown = rows.filter(({ disks }) => disks === 'internal' || generation !== 'host');
    for (const [index, row] of shown.entries()) {
      const guest = await lab.guest({ name: `mode-${index}` });
      await guest.writeBytes(at, 'early');
      if (row.guest === 'on') await guest.start();
      await expect(app.domain(guest.name)).toBeVisible();
      await app.open(guest.name);
      await dialog.open();
      await dialog.mode(words[row.mode]).check();
      await dialog.name.fill('taken');
      const live = dialog.root.getByRole('checkbox', { name: /^Keep the guest running/ });
      if (row.mode === 'memory-external') await live.setChecked(row.live);
      await dialog.confirm('taken');
      await comesBack(guest, row);
    }
  });

/** Changes what the snapshot holds, reverts with virsh, and looks whether it is there again. */
async function comesBack(guest: Guest, row: CreateRow): Promise<void> {
  const remembers = row.memory !== 'none';
  const late = row.guest === 'on' ? await guest.leap() : 0; // it goes on after the snapshot
  if (row.guest === 'on') await guest.destroy();
  await guest.writeBytes(at, 'later');
  await guest.revert('taken');
  expect(await guest.state()).toBe(remembers ? 'running' : 'shut off');
  if (remembers) {
    expect(await guest.counter()).toBeLessThan(late);
    await guest.destroy();
  }
  expect(await guest.readBytes(at, 5)).toBe('early');
}
