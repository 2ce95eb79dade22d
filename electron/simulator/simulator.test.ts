import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { afterEach, describe, expect, it } from 'vitest';
import { domainXmlFlag, listDomainsFlag, listSnapshotsFlag } from '../../shared/libvirt/flags.ts';
import { closeConnection } from '../libvirt/open.ts';
import { procedures } from '../libvirt/procedures.ts';
import { buildDomain } from './build.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from './simulator.ts';
import { answer, connect, lookup, watch } from './testing.ts';
import { readSnapshotXml } from './xml-read.ts';

let simulator: Simulator;
const simulate = (options: SimulatorOptions = {}): Simulator => {
  simulator = createSimulator({ revertMs: 0, ...options });
  return simulator;
};
afterEach(() => simulator.close());

describe('the demo host', () => {
  it('opens, says what it is, and closes', async () => {
    const connection = await connect(simulate());
    expect(await connection.call(procedures.connectGetType, {})).toEqual({ type: 'QEMU' });
    expect(await connection.call(procedures.connectGetLibVersion, {})).toEqual({ version: 11_003_000n });
    expect((await connection.call(procedures.connectGetCapabilities, {})).xml).toContain('<externalSnapshot/>');
    expect((await connection.call(procedures.nodeGetInfo, {})).cpus).toBe(16);
    await closeConnection(connection);
    expect((await connection.ended).code).toBe('CLOSED');
  });

  it('lists about a dozen domains, in every state that a person meets', async () => {
    const connection = await connect(simulate());
    const list = async (flags: number) =>
      (await connection.call(procedures.connectListAllDomains, { needResults: 1, flags })).domains.map((d) => d.name);
    const all = await list(0);
    expect(all.length).toBeGreaterThanOrEqual(12);
    expect(await list(listDomainsFlag.active | listDomainsFlag.inactive)).toEqual(all);
    expect(await list(8)).toEqual(['ci-runner-01']);
    expect(await list(listDomainsFlag.managedSave)).toEqual(['win11-desktop']);
    expect(await list(32)).toEqual(['web-02']);
    expect(await list(8192)).toEqual(['scratch']);
    expect(await list(listDomainsFlag.hasSnapshot | listDomainsFlag.persistent)).toHaveLength(all.length - 2);
    expect(await answer(connection.call(procedures.connectListAllDomains, { needResults: 1, flags: 1 << 20 }))).toBe(
      '8/10',
    );
    const { records } = await connection.call(procedures.connectGetAllDomainStats, { domains: [], stats: 1, flags: 0 });
    expect(records).toHaveLength(all.length);
    expect(records[0]?.params).toEqual([
      { field: 'state.state', value: { tag: 1, value: 1 } },
      { field: 'state.reason', value: { tag: 1, value: 5 } },
    ]);
  });

  it('gives well-formed XML for every domain and snapshot, in topological order, that it can read itself', async () => {
    const connection = await connect(simulate());
    const { domains } = await connection.call(procedures.connectListAllDomains, { needResults: 1, flags: 0 });
    for (const domain of domains) {
      const { xml } = await connection.call(procedures.domainGetXmlDesc, { domain, flags: 0 });
      expect(XMLValidator.validate(xml), xml).toBe(true);
      const flags = listSnapshotsFlag.topological;
      const { snapshots } = await connection.call(procedures.domainListAllSnapshots, { domain, needResults: 1, flags });
      expect(await connection.call(procedures.domainSnapshotNum, { domain, flags: 0 })).toEqual({
        count: snapshots.length,
      });
      const seen = new Set<string | null>([null]);
      const model = simulator.hands.domain(domain.name);
      for (const snapshot of snapshots) {
        const { xml } = await connection.call(procedures.domainSnapshotGetXmlDesc, { snapshot, flags: 1 });
        expect(XMLValidator.validate(xml), xml).toBe(true);
        const read = readSnapshotXml(xml);
        const kept = model.snapshots.find(({ name }) => name === snapshot.name);
        expect(read).toMatchObject({ name: kept?.name, parent: kept?.parent, config: kept?.config });
        expect(read).toMatchObject({ disks: kept?.disks, inactiveConfig: kept?.inactiveConfig, state: kept?.state });
        expect(seen.has(read.parent)).toBe(true);
        seen.add(read.name);
      }
    }
  });

  it('has stable UUIDs and histories that hang together', () => {
    const { hands } = simulate({ now: () => 1_763_900_000_000 });
    const replica = hands.domain('db-replica');
    expect(replica.snapshots).toHaveLength(61);
    expect(replica.snapshots.at(-1)?.name).toMatch(/^nightly-2025-11-2/);
    expect(replica.snapshots.every(({ createdAt }) => createdAt < 1_763_900_000)).toBe(true);
    expect(hands.domain('db-primary').live?.memoryKiB).toBe(4 * 1024 * 1024);
    expect(hands.domain('fileserver').live?.disks[1]?.backing).toHaveLength(3);
  });

  it('shows passwords, and secure XML, only to whom may write', async () => {
    const connection = await connect(simulate());
    const domain = await lookup(connection, 'win11-desktop');
    const xml = async (flags: number) => (await connection.call(procedures.domainGetXmlDesc, { domain, flags })).xml;
    expect(await xml(0)).not.toContain('passwd');
    expect(await xml(domainXmlFlag.secure)).toContain("passwd='demo-only'");
  });

  it('tells live XML from inactive XML', async () => {
    const connection = await connect(simulate());
    const domain = await lookup(connection, 'web-01');
    simulator.hands.setMemory('web-01', 1024);
    const xml = async (flags: number) => {
      const parsed = new XMLParser({ ignoreAttributes: false, parseTagValue: false }).parse(
        (await connection.call(procedures.domainGetXmlDesc, { domain, flags })).xml,
      );
      return [parsed.domain['@_id'], parsed.domain.memory['#text']];
    };
    expect(await xml(0)).toEqual(['3', '2097152']);
    expect(await xml(domainXmlFlag.inactive)).toEqual([undefined, '1024']);
  });

  it('streams a picture of the screen, also when the data come before the answer', async () => {
    const connection = await connect(simulate());
    const domain = await lookup(connection, 'web-01');
    for (const first of [false, true]) {
      simulator.faults.streamFirst(first);
      const { result, data } = await connection.receive(procedures.domainScreenshot, { domain, screen: 0, flags: 0 });
      expect(result.mime).toBe('image/png');
      expect(data.subarray(1, 4).toString()).toBe('PNG');
    }
    const textOnly = { domain: await lookup(connection, 'ci-runner-01'), screen: 0, flags: 0 };
    expect(await answer(connection.call(procedures.domainScreenshot, textOnly))).toBe('1/10');
    const off = await lookup(connection, 'scratch');
    expect(await answer(connection.call(procedures.domainScreenshot, { domain: off, screen: 0, flags: 0 }))).toBe(
      '55/20',
    );
  });
});

describe('calls', () => {
  it('look domains up by UUID only', async () => {
    const connection = await connect(simulate());
    const domain = await lookup(connection, 'web-01');
    const stale = { ...domain, name: 'renamed', id: 99 };
    expect(await connection.call(procedures.domainGetState, { domain: stale, flags: 0 })).toEqual({
      state: 1,
      reason: 5,
    });
    const nobody = { ...domain, uuid: Buffer.alloc(16) };
    expect(await answer(connection.call(procedures.domainGetState, { domain: nobody, flags: 0 }))).toBe('42/10');
    expect(await answer(lookup(connection, 'nobody'))).toBe('42/10');
  });

  it('start and stop guests, with events to everybody, and new ids', async () => {
    const [mine, others] = [await connect(simulate()), await connect(simulator)];
    const events = await watch(others);
    const domain = await lookup(mine, 'scratch');
    expect(domain.id).toBe(-1);
    const { domain: started } = await mine.call(procedures.domainCreateWithFlags, { domain, flags: 0 });
    expect(started.id).toBeGreaterThan(0);
    expect(await answer(mine.call(procedures.domainCreateWithFlags, { domain, flags: 0 }))).toBe('55/10');
    await mine.call(procedures.domainDestroy, { domain });
    await expect.poll(() => events).toEqual(['4/0', '2/0', '5/1']);
    expect(await mine.call(procedures.domainGetState, { domain, flags: 0 })).toEqual({ state: 5, reason: 2 });
  });

  it('restore a managed save, or forget it', async () => {
    const connection = await connect(simulate());
    const events = await watch(connection);
    const domain = await lookup(connection, 'win11-desktop');
    const has = async () => (await connection.call(procedures.domainHasManagedSaveImage, { domain, flags: 0 })).present;
    expect(await has()).toBe(1);
    await connection.call(procedures.domainCreateWithFlags, { domain, flags: 0 });
    expect([await has(), simulator.hands.domain('win11-desktop').reason]).toEqual([0, 3]);
    simulator.hands.managedSave('win11-desktop');
    expect(await has()).toBe(1);
    await connection.call(procedures.domainManagedSaveRemove, { domain, flags: 0 });
    expect(await has()).toBe(0);
    expect(events).toEqual(['4/0', '2/2', '3/0', '5/4']);
  });

  it('lose a transient domain when it stops', async () => {
    const connection = await connect(simulate());
    const domain = await lookup(connection, 'ci-runner-01');
    expect((await connection.call(procedures.domainIsPersistent, { domain })).persistent).toBe(0);
    simulator.hands.destroy('ci-runner-01');
    expect(await answer(lookup(connection, 'ci-runner-01'))).toBe('42/10');
  });

  it('report block jobs', async () => {
    const connection = await connect(simulate());
    const domain = await lookup(connection, 'storage-migration');
    const found = async (path: string) =>
      (await connection.call(procedures.domainGetBlockJobInfo, { domain, path, flags: 0 })).found;
    expect(await found('vda')).toBe(1);
    simulator.hands.endBlockJobs('storage-migration');
    expect(await found('vda')).toBe(0);
    expect(await answer(found('vdz'))).toBe('8/10');
  });

  it('take thousands of snapshots in a row', async () => {
    const snapshots = Array.from({ length: 5_000 }, (_, index) => ({ name: `s${index}`, ago: 10_000 - index }));
    const uuid = '00000000-0000-4000-8000-000000000001';
    const domains = [buildDomain({ name: 'deep', uuid, snapshots }, 1_700_000_000)];
    const connection = await connect(simulate({ domains }));
    const domain = await lookup(connection, 'deep');
    const flags = listSnapshotsFlag.topological;
    const list = await connection.call(procedures.domainListAllSnapshots, { domain, needResults: 1, flags });
    expect(list.snapshots.map(({ name }) => name)).toEqual(snapshots.map(({ name }) => name));
  });
});
