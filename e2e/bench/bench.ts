import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Gate } from '../../electron/hosts/gate.ts';
import { SnapshotCache } from '../../electron/hosts/snapshot-cache.ts';
import { listDomains } from '../../electron/libvirt/domains.ts';
import { closeConnection, openConnection } from '../../electron/libvirt/open.ts';
import { procedures } from '../../electron/libvirt/procedures.ts';
import { revertToSnapshot } from '../../electron/libvirt/snapshots.ts';
import { type Lab, startLab } from '../lab/lab.ts';

/*
 * `npm run bench`: what the window waits for, beside virsh doing the same on the same libvirtd in the same run.
 * Prints medians in milliseconds and asserts nothing.
 */
const exec = promisify(execFile);
const SNAPSHOTS = 500;
const ROUNDS = 7;

const lab = await startLab();
try {
  await bench(lab);
} finally {
  await lab.stop();
}

async function bench(lab: Lab): Promise<void> {
  const guest = await lab.guest({ name: 'bench' });
  await guest.snapshot('off');
  const deep = join(lab.dir, 'deep.xml');
  await writeFile(deep, testDriverXml(SNAPSHOTS));
  const testUri = `test+unix:///${deep}?socket=${lab.socket}`;
  const open = async (driver: string) => new Gate(await openConnection(connect(lab.socket), driver));
  const test = await open(`test:///${deep}`);
  const qemu = await open('qemu:///system');
  const [domain] = await listDomains(test);
  const [real] = await listDomains(qemu);
  if (!domain || !real) throw new Error('the lab has no domain');
  const virsh = (uri: string, ...args: string[]) =>
    exec('virsh', ['-c', uri, ...args], { maxBuffer: 64 * 1024 * 1024 });

  const rows: [string, () => Promise<unknown>, string, () => Promise<unknown>][] = [
    [
      'connect, authenticate, open',
      async () => closeConnection((await open('qemu:///system')).connection),
      'virsh uri',
      () => virsh(lab.uri, 'uri'),
    ],
    ['list domains with all marks', () => listDomains(qemu), 'virsh list --all', () => virsh(lab.uri, 'list', '--all')],
    [
      `${SNAPSHOTS} snapshots, everything the tree needs`,
      () => new SnapshotCache(test).read(domain.uuid),
      'virsh snapshot-list --tree (names only)',
      () => virsh(testUri, 'snapshot-list', domain.name, '--tree'),
    ],
    [
      'the same, nothing changed',
      (
        (cache) => () =>
          cache.read(domain.uuid)
      )(new SnapshotCache(test)),
      'virsh snapshot-dumpxml, one of them',
      () => virsh(testUri, 'snapshot-dumpxml', domain.name, 's1'),
    ],
    [
      'round trip',
      () => qemu.call(procedures.connectGetLibVersion, {}),
      'virsh version --daemon',
      () => virsh(lab.uri, 'version', '--daemon'),
    ],
    [
      'revert, shut off',
      () => revertToSnapshot(qemu, real.uuid, 'off', 0),
      'virsh snapshot-revert',
      () => virsh(lab.uri, 'snapshot-revert', real.name, 'off'),
    ],
  ];
  console.log(`libvirt ${lab.version}, Node ${process.version}, medians of ${ROUNDS}\n`);
  for (const [ours, run, theirs, runTheirs] of rows) {
    const [mine, other] = [await median(run), await median(runTheirs)];
    console.log(
      `${ours.padEnd(50)} ${mine.toFixed(2).padStart(9)} ms    ${theirs.padEnd(42)} ${other.toFixed(2).padStart(9)} ms    ${(other / mine).toFixed(1)}×`,
    );
  }
  await Promise.all([closeConnection(test.connection), closeConnection(qemu.connection)]);
}

async function median(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
}

/** A test driver's world with one domain and a chain of snapshots (libvirt drvtest). */
function testDriverXml(count: number): string {
  const config = `<domain type='test'><name>deep</name><uuid>11111111-2222-3333-4444-555555555555</uuid><memory>8192</memory><os><type>hvm</type></os></domain>`;
  const snapshots = Array.from({ length: count }, (_, index) => {
    const parent = index === 0 ? '' : `<parent><name>s${index - 1}</name></parent>`;
    return `<domainsnapshot><name>s${index}</name><description>number ${index}</description><state>running</state>${parent}<creationTime>${1_700_000_000 + index}</creationTime>${config}<active>${index === count - 1 ? 1 : 0}</active></domainsnapshot>`;
  });
  return `<node><domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>deep</name><uuid>11111111-2222-3333-4444-555555555555</uuid><memory>8192</memory><os><type>hvm</type></os><test:runstate>1</test:runstate>${snapshots.map((each) => `<test:domainsnapshot>${each.slice(16, -17)}</test:domainsnapshot>`).join('')}</domain></node>`;
}
