import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HostSession } from '../../electron/hosts/host-session.ts';
import { Hub } from '../../electron/hosts/hub.ts';
import { diskChains } from '../../electron/inspect/health/layers.ts';
import { healthOf } from '../../electron/inspect/health/report.ts';
import { openTransport } from '../../electron/transport/open-transport.ts';
import { isHealthy } from '../../shared/health/assess.ts';
import { unsaid } from '../../shared/host-list/details.ts';
import { driverUri, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { wantedGenerations } from '../lab/extent.ts';
import type { Guest } from '../lab/guest.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { run } from '../lab/run.ts';

const wanted = wantedGenerations('host', '11.3');
const never = new AbortController().signal;

/** What qemu-img tells of an image. Bytes. */
async function imageInfo(path: string): Promise<{ virtual: number; allocated: number; format: string }> {
  const text = await run(['qemu-img', 'info', '-U', '--output=json', path]);
  const info = JSON.parse(text) as { 'virtual-size': number; 'actual-size': number; format: string };
  return { virtual: info['virtual-size'], allocated: info['actual-size'], format: info.format };
}

describe.each(wanted)('chains and health on a real libvirt: %s', (generation) => {
  const available = generation === 'host' ? labAvailable() : canBuildGenerations();
  const canRevert = generation !== 'host';
  let lab: Lab;
  let session: HostSession;
  beforeAll(async () => {
    if (!available.ok) return;
    lab = await startLab({ generation });
    const uri = parseLibvirtUri(lab.uri);
    session = new HostSession({
      host: { ...unsaid, id: 'lab', name: 'Lab', uri: lab.uri, kind: 'local' },
      driverUri: driverUri(uri),
      openTransport: () =>
        openTransport(uri, {
          env: process.env,
          home: homedir(),
          askHostKey: async () => false,
          askSecret: async () => null,
          log: () => {},
        }),
      hub: new Hub(),
      log: () => {},
    });
    session.connect();
    await session.whenConnected(AbortSignal.timeout(120_000));
  }, 60_000);
  afterAll(async () => {
    await session?.disconnect();
    await lab?.stop();
  });

  const overlay = (guest: Guest, name: string) => join(guest.folder, `hda.${name}`);
  const external = (guest: Guest, name: string, ...args: string[]) =>
    guest.snapshot(name, '--disk-only', '--diskspec', `hda,snapshot=external,file=${overlay(guest, name)}`, ...args);
  const uuidOf = (guest: Guest) => lab.virsh('domuuid', guest.name);
  const health = async (guest: Guest) => healthOf(session, await uuidOf(guest), never);
  const chainNow = async (guest: Guest, name: string | null = null) => {
    const [disk] = await diskChains(session, await uuidOf(guest), name, never);
    return disk?.layers ?? [];
  };

  test.skipIf(!available.ok)('layers, owners and sizes, off and running', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'layers', pool: false });
    await guest.writeBytes(1 << 20, 'x'.repeat(300_000));
    const base = await guest.diskPath();
    await external(guest, 'a');
    await guest.writeBytes(4 << 20, 'y'.repeat(200_000));
    await external(guest, 'b');
    // Off, libvirt measures the top alone: the rest is unknown until a storage pool covers the folder.
    expect(await chainNow(guest)).toMatchObject([
      { allocatedBytes: (await imageInfo(overlay(guest, 'b'))).allocated },
      { path: overlay(guest, 'a'), exists: true, virtualBytes: null, allocatedBytes: null },
      { path: base, exists: true, virtualBytes: null },
    ]);
    await lab.virsh('pool-create-as', 'layers', 'dir', '--target', guest.folder);
    for (const running of [false, true]) {
      if (running) await guest.start();
      const layers = await chainNow(guest);
      expect(layers.map(({ path }) => path)).toEqual([overlay(guest, 'b'), overlay(guest, 'a'), base]);
      expect(layers).toMatchObject([
        { active: true, exists: true, holds: [], made: { by: 'snapshot', snapshot: 'b' } },
        { active: false, exists: true, holds: ['b'], made: { by: 'snapshot', snapshot: 'a' } },
        { active: false, exists: true, holds: ['a'], made: null },
      ]);
      for (const { path, virtualBytes, allocatedBytes, format } of layers) {
        const told = await imageInfo(path);
        expect({ path, virtual: virtualBytes, allocated: allocatedBytes, format }).toEqual({ path, ...told });
      }
      expect(await chainNow(guest, 'b')).toMatchObject([{ path: overlay(guest, 'a') }, { path: base }]);
    }
    const report = await health(guest);
    expect(isHealthy(report)).toBe(canRevert);
    if (!canRevert) expect(report.findings).toMatchObject([{ code: 'no-external-revert' }]);
    await guest.destroy();
  });

  test.skipIf(!available.ok)('files that are gone, off and running', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'holes' });
    const base = await guest.diskPath();
    await external(guest, 'a');
    await external(guest, 'b');
    await guest.start();
    await rm(overlay(guest, 'a'));
    const found = async () => (await health(guest)).findings.filter(({ level }) => level === 'broken');
    const hole = { code: 'backing-missing', snapshots: ['b'], files: [overlay(guest, 'a')] };
    expect(await found()).toMatchObject([hole]);
    await guest.destroy();
    expect(await found()).toMatchObject([hole]);
    expect(await chainNow(guest)).toMatchObject([{ exists: true }, { exists: false }, { path: base, exists: true }]);
    await rm(overlay(guest, 'b'));
    expect((await found()).map(({ code }) => code)).toEqual(['active-missing', 'backing-missing']);
  });

  test.skipIf(!available.ok)('layers that nobody owns, memory that is gone', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'strays', pool: false });
    await guest.start();
    const memory = join(guest.folder, 'm.mem');
    await guest.snapshot('m', '--memspec', `file=${memory},snapshot=external`);
    await guest.snapshot('quiet', '--disk-only', '--no-metadata');
    await rm(memory);
    const { findings } = await health(guest);
    expect(findings.filter(({ code }) => code !== 'no-external-revert')).toMatchObject([
      { code: 'memory-missing', snapshots: ['m'], files: [memory] },
      { code: 'unowned-layer', level: 'warning', files: [await guest.diskPath()] },
    ]);
    await lab.virsh('snapshot-delete', guest.name, 'm', '--metadata');
    const left = (await health(guest)).findings;
    expect(left.map(({ code }) => code)).toEqual(['unowned-layer', 'unowned-layer']);
    await guest.destroy();
  });

  test.skipIf(!available.ok || !canRevert)('branches', { timeout: 120_000 }, async () => {
    const guest = await lab.guest({ name: 'branches', pool: false });
    const base = await guest.diskPath();
    for (const name of ['a', 'b', 'c']) await external(guest, name);
    await guest.revert('a');
    const active = await guest.diskPath();
    expect(await chainNow(guest)).toMatchObject([
      { path: active, active: true, made: { by: 'revert', snapshot: 'a' } },
      { path: base, holds: ['a'] },
    ]);
    expect(await chainNow(guest, 'c')).toMatchObject([
      { path: overlay(guest, 'b'), holds: ['c'], exists: true, active: false },
      { path: overlay(guest, 'a'), holds: ['b'] },
      { path: base },
    ]);
    expect((await health(guest)).findings).toEqual([]);
    // To a leaf, whose own overlay libvirt replaces.
    await guest.revert('c');
    expect(await chainNow(guest)).toMatchObject([
      { path: await guest.diskPath(), active: true },
      { path: overlay(guest, 'b') },
      {},
      {},
    ]);
    expect((await health(guest)).findings).toEqual([]);
    await guest.revert('a');
    await rm(overlay(guest, 'b'));
    expect((await health(guest)).findings).toMatchObject([
      { code: 'snapshot-disk-missing', snapshots: ['c'], files: [overlay(guest, 'b')] },
    ]);
    await lab.virsh('snapshot-delete', guest.name, 'c', '--metadata');
    expect((await health(guest)).findings).toEqual([]);
    await lab.virsh('snapshot-delete', guest.name, 'b', '--metadata');
    // libvirt no longer knows of its file then: the record of the revert takes the place of <disks>.
    expect((await health(guest)).findings).toEqual([]);
    const stray = join(guest.folder, 'stray.qcow2');
    await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, stray]);
    await lab.virsh('pool-create-as', 'branches', 'dir', '--target', guest.folder);
    const files = (await health(guest)).findings.flatMap((finding) => finding.files);
    expect(files.toSorted()).toEqual([overlay(guest, 'a'), stray]);
    // What makes the next revert unlink the wrong overlay.
    const again = await lab.guest({ name: 'moved' });
    for (const name of ['a', 'b']) await external(again, name);
    await lab.virsh('snapshot-current', again.name, 'a');
    expect((await health(again)).findings).toMatchObject([{ code: 'revert-would-destroy', snapshots: ['b'] }]);
  });
});
