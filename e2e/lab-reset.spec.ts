import { expect, leaveOut, needsLab, test } from './fixtures.ts';
import { sshdAvailable } from './lab/available.ts';
import type { Guest } from './lab/guest.ts';
import { type Lab, startLab } from './lab/lab.ts';
import { run } from './lab/run.ts';
import { type Sshd, startSshd } from './lab/sshd.ts';

needsLab();
const at = 1024 * 1024;
let labs: Lab[] = [];
let sshd: Sshd;

test.beforeAll(async ({}, info) => {
  leaveOut(info.title, sshdAvailable());
  labs = await Promise.all([startLab(), startLab(), startLab()]);
  sshd = await startSshd(labs[2]);
});
test.afterAll(async () => {
  await sshd?.stop();
  await Promise.all(labs.map((lab) => lab.stop()));
});

test('twelve domains on three hosts, one over SSH, one that fails: each back, and a right report', async ({
  start,
}) => {
  const guests: Guest[] = [];
  for (const [index, lab] of labs.entries())
    for (const letter of ['a', 'b', 'c', 'd']) {
      const name = `reset-${index + 1}${letter}`;
      // Outside of pools nobody can tell what an image holds, so what is wrong with it is not foreseen.
      const guest = await lab.guest(name === 'reset-2b' ? { name, pool: false } : { name });
      await guest.writeBytes(at, 'before');
      await guest.snapshot('clean');
      await guest.writeBytes(at, 'LATER!');
      guests.push(guest);
    }
  const broken = guests.find(({ name }) => name === 'reset-2b');
  if (!broken) throw new Error('no such guest');
  await run(['qemu-img', 'snapshot', '-d', 'clean', await broken.diskPath()]);

  const [one, two] = labs;
  const app = await start(...[one?.uri, two?.uri, sshd.uri].flatMap((uri) => ['--connect', uri ?? '']));
  await app.page.getByRole('button', { name: 'Trust and remember' }).click();
  for (const guest of guests) await expect(app.domain(guest.name)).toBeVisible();
  await app.choose(...guests.map(({ name }) => name));
  await app.lab.open({ named: 'clean' });
  await expect(app.lab.root).toContainText('12 domains on 3 hosts');
  await app.lab.acknowledge.check();
  await app.lab.revert.click();
  await app.lab.ended();
  await expect(app.lab.root).toContainText('11 reverted');
  await expect(app.lab.row(broken.name)).toContainText('Failed');

  const { text: report } = await app.saved(() => app.lab.saveReport.click());
  expect(report).toContain('11 of 12 reverted');
  for (const { name } of guests) expect(report).toContain(name);
  for (const guest of guests) if (guest !== broken) expect(await guest.readBytes(at, 6), guest.name).toBe('before');
});
