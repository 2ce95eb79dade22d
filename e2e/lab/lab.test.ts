import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labAvailable } from './available.ts';
import { leapTicks } from './boot-sector.ts';
import { type Lab, startLab } from './lab.ts';
import { retry } from './run.ts';

const available = labAvailable();
if (!available.ok) console.warn(`The lab's tests are left out: ${available.reason}`);

const timeout = 60_000;
const text = 'written by a test';
const offset = 1 << 20;

describe.skipIf(!available.ok)('a lab', { timeout }, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  }, timeout);
  afterAll(async () => {
    await lab?.stop();
  }, timeout);

  it('has a daemon that answers on its own socket, with both drivers', async () => {
    expect(lab.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(lab.socket.startsWith(lab.dir)).toBe(true);
    expect(existsSync(lab.socket)).toBe(true);
    expect(await lab.virsh('uri')).toMatch(/^qemu\+unix:/);
    expect(await lab.virsh('--connect', lab.testUri, 'list', '--name')).toBe('test');
  });

  it('says what virsh said', async () => {
    await expect(lab.virsh('domstate', 'nobody')).rejects.toThrow(/virsh .* domstate nobody ended with 1: .*nobody/s);
  });

  it('leaves the machine’s own libvirt alone', async () => {
    const { name } = await lab.guest({ name: `private-${process.pid}` });
    await lab.virsh('snapshot-create-as', name, 'one');
    const places = ['/run/libvirt', '/etc/libvirt', '/var/lib/libvirt', '/var/log/libvirt', '/var/cache/libvirt'];
    expect(places.flatMap(filesBelow).filter((file) => file.includes(name))).toEqual([]);
    expect(filesBelow(lab.dir).filter((file) => file.endsWith(`${name}.xml`))).not.toEqual([]);
  });

  it('has guests that count, and that count on from a snapshot of their memory', async () => {
    const guest = await lab.guest({ name: 'counts', graphics: 'port', description: 'a < b & "c"' });
    expect(await guest.state()).toBe('shut off');
    await guest.start();
    expect(await guest.state()).toBe('running');
    await guest.counted(10);
    await guest.snapshot('one');
    const taken = await guest.counter();
    const late = await guest.leap();
    expect(late).toBeGreaterThanOrEqual(taken + leapTicks);
    await guest.revert('one');
    const reverted = await guest.counter();
    expect(reverted).toBeGreaterThanOrEqual(10);
    expect(reverted).toBeLessThan(late);
    expect(await guest.leap()).toBeLessThan(late + leapTicks);
    expect(await guest.snapshots()).toEqual(['one']);
    expect(await guest.current()).toBe('one');
    await guest.destroy();
    expect(await guest.state()).toBe('shut off');
  });

  it('has guests whose disks can be written and come back with a snapshot', async () => {
    const guest = await lab.guest({ name: 'disks', disks: 2 });
    for (const disk of ['hda', 'hdb']) await guest.writeBytes(offset, text, disk);
    expect(await guest.current()).toBeUndefined();
    await guest.snapshot('one');
    for (const disk of ['hda', 'hdb']) await guest.writeBytes(offset, 'overwritten by it', disk);
    expect(await guest.readBytes(offset, text.length)).toBe('overwritten by it');
    await guest.revert('one');
    for (const disk of ['hda', 'hdb']) expect(await guest.readBytes(offset, text.length, disk)).toBe(text);
  });

  it('reads and writes the overlay of an external snapshot', async () => {
    const guest = await lab.guest({ name: 'layers', disks: ['qcow2', 'raw'] });
    const base = await guest.diskPath('hdb');
    await guest.writeBytes(offset, text, 'hdb');
    await guest.snapshot('one', '--disk-only');
    expect(await guest.diskPath('hdb')).not.toBe(base);
    expect(await guest.readBytes(offset, text.length, 'hdb')).toBe(text);
    await guest.writeBytes(offset, 'overlay', 'hdb');
    expect(await guest.readBytes(offset, 7, 'hdb')).toBe('overlay');
  });

  it('has transient guests, managed save and editable memory', async () => {
    const transient = await lab.guest({ name: 'passing', transient: true });
    expect(await transient.state()).toBe('running');
    await transient.destroy();
    expect(await lab.virsh('list', '--all', '--name')).not.toContain('passing');

    const guest = await lab.guest({ name: 'saved' });
    await guest.start();
    const before = await guest.counted(5);
    await guest.managedSave();
    expect(await guest.state()).toBe('shut off');
    await guest.start();
    expect(await guest.counter()).toBeGreaterThanOrEqual(before);
    await guest.editMemory(24);
    expect(await lab.virsh('dumpxml', guest.name, '--inactive')).toContain("<memory unit='KiB'>24576<");
    await guest.destroy();
  });

  it('restarts its daemon under running guests', async () => {
    const guest = await lab.guest({ name: 'survives' });
    await guest.start();
    const before = await guest.counter();
    await lab.restartDaemon();
    expect(await guest.state()).toBe('running');
    expect(await guest.counter()).toBeGreaterThanOrEqual(before);
    await guest.destroy();
  });
});

describe.skipIf(!available.ok)('the end of a lab', { timeout }, () => {
  it('leaves no process and no folder', async () => {
    const lab = await startLab();
    const guest = await lab.guest({ name: 'last' });
    await guest.start();
    expect(processesOf(lab.dir)).not.toEqual([]);
    await lab.stop();
    await lab.stop();
    await expectNothingOf(lab.dir);
  });

  it('comes with the end of its process, even a violent one', async () => {
    const script = `import { startLab } from './e2e/lab/lab.ts';
      const lab = await startLab();
      await (await lab.guest({ name: 'abandoned' })).start();
      console.log(lab.dir);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      cwd: new URL('../..', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const dir = line.toString().trim();
    expect(processesOf(dir)).not.toEqual([]);
    child.kill('SIGKILL');
    await expectNothingOf(dir);
  });
});

async function expectNothingOf(dir: string): Promise<void> {
  await retry(() => {
    expect(processesOf(dir)).toEqual([]);
    expect(existsSync(dir)).toBe(false);
  }, 10_000);
}

/** The processes that carry a lab's folder in their command line: its scripts, its daemon and its guests. */
function processesOf(dir: string): string[] {
  const commands = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandLine);
  return commands.filter((command) => command.includes(dir));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true }).map(String);
  } catch {
    return [];
  }
}
