import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { currentSnapshot } from '../../electron/libvirt/snapshots.ts';
import { domainAddress, virshLine } from '../../shared/libvirt/virsh.ts';
import { virshDelete } from '../../shared/operations/delete/virsh.ts';
import { virshExport, virshMakeCurrent } from '../../shared/operations/metadata/virsh.ts';
import { virshPower } from '../../shared/operations/power/rules.ts';
import { labAvailable } from '../lab/available.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';
import { type Connected, connectTo } from './connected.ts';

const available = labAvailable();
if (!available.ok) console.log(`Left out: what virsh makes of its lines: ${available.reason}.`);

/** A domain that virsh could take for the one with ID 7, for an option, for several words, or for another by its looks. */
const domains = ['7', '+7', '-x', '--all', 'a b', "it's", '$(id)', 'a\u202Eb', 'x'.repeat(36)];
const snapshots = ['7', '-x', '--current', 'a b', "it's", '"q"', '$(id)', '`id`', '#1', 'a\u202Eb', 'é', '%s\\n'];

describe.skipIf(!available.ok)('a line of virsh on a real libvirt', () => {
  let place: Connected;
  const shell = (line: string) =>
    run(['sh', '-c', line], {
      cwd: place.lab.dir,
      env: { ...process.env, LC_ALL: 'C.UTF-8', PATH: `${join(place.lab.dir, 'bin')}:${process.env.PATH}` },
    });
  const uuids = new Map<string, string>();
  const target = (name: string) => ({ uri: null, domain: domainAddress({ name, uuid: uuidOf(name) }) });
  const uuidOf = (name: string) => uuids.get(name) ?? '';
  const namesOf = async (name: string) =>
    (await place.session.readSnapshots(uuidOf(name))).list.snapshots.map((each) => each.name);

  beforeAll(async () => {
    const lab = await startLab();
    place = await connectTo(lab);
    await putVirsh(lab);
    for (const name of domains) {
      await lab.guest({ name });
      for (const row of (await lab.virsh('list', '--all', '--uuid', '--name')).split('\n')) {
        const [, uuid = '', known = ''] = /^(\S+) (.*)$/.exec(row) ?? [];
        uuids.set(known.trim(), uuid);
      }
    }
    // Each start has the next ID: this one goes on until it has 7.
    const other = await lab.guest({ name: 'other' });
    uuids.set('other', await lab.virsh('domuuid', 'other'));
    for (let id = ''; id !== '7'; id = await lab.virsh('domid', 'other')) {
      if (id !== '' && id !== '-') await other.destroy();
      await lab.virsh('start', 'other', '--paused');
    }
  });
  afterAll(async () => {
    await place?.session.disconnect();
    await place?.lab.stop();
  });

  test('addresses the domain that is meant, though another has ID 7', { timeout: 120_000 }, async () => {
    expect(await place.lab.virsh('domname', '7')).toBe('other');
    for (const name of domains) {
      const line = (command: string, options = {}) => shell(virshLine(target(name), { command, options }));
      expect(await line('dominfo')).toContain(uuidOf(name));
      await line('snapshot-create-as', { name: 's', description: '-' });
      expect(await namesOf(name)).toEqual(['s']);
      await line('snapshot-revert', { snapshotname: 's', force: true });
      await line('managedsave-remove');
      await line('domblklist', { details: true });
      await line('domblkinfo', { device: 'hda' });
      await shell(virshPower(target(name), 'start', true));
      await shell(virshPower(target(name), 'destroy'));
      await line('snapshot-delete', { snapshotname: 's' });
      expect(await namesOf(name)).toEqual([]);
    }
    expect(await namesOf('other')).toEqual([]);
    expect(await place.lab.virsh('domstate', 'other')).toBe('paused');
  });

  test('names the snapshot that is meant', { timeout: 120_000 }, async () => {
    const on = target('-x');
    for (const name of snapshots) await shell(virshLine(on, { command: 'snapshot-create-as', options: { name } }));
    expect((await namesOf('-x')).sort()).toEqual([...snapshots].sort());
    for (const [index, line] of virshExport(on, snapshots).entries()) {
      await shell(line);
      expect(await run(['cat', `./${snapshots[index]}.xml`], { cwd: place.lab.dir })).toContain('<domainsnapshot>');
    }
    for (const name of snapshots) {
      await shell(virshMakeCurrent(on, name));
      expect(await currentSnapshot(place.session.reads, uuidOf('-x'))).toBe(name);
    }
    for (const name of snapshots) {
      for (const line of virshDelete(on, [{ name, flags: 0 }])) await shell(line);
      expect(await namesOf('-x')).not.toContain(name);
    }
  });
});

/** A virsh for the lab's daemon. */
async function putVirsh(lab: Lab): Promise<void> {
  const program = join(lab.dir, 'bin/virsh');
  await mkdir(join(lab.dir, 'bin'));
  const virsh = (await run(['sh', '-c', 'command -v virsh'])).trim();
  await writeFile(program, `#!/bin/sh\nexec ${virsh} -c '${lab.uri}' "$@"\n`);
  await chmod(program, 0o755);
}
