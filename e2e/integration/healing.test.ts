import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toProblem } from '../../electron/hosts/problems.ts';
import type { KeepaliveOptions } from '../../electron/libvirt/connection.ts';
import { listDomains } from '../../electron/libvirt/domains.ts';
import { opensslProblem, TestCa } from '../../electron/transport/test-pki.ts';
import type { ProblemCode } from '../../shared/errors.ts';
import { sshdAvailable } from '../lab/available.ts';
import { isProof } from '../lab/extent.ts';
import { freePort } from '../lab/free-port.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type Network, networkAvailable, startNetwork } from '../lab/network.ts';
import { retry } from '../lab/run.ts';
import { type Sshd, startSshd } from '../lab/sshd.ts';
import { PATIENCE_MS, type Reached, type ReachOptions, reach } from './reach.ts';

const available = [sshdAvailable(), networkAvailable()].find(({ ok }) => !ok);
const lacking = available?.ok === false ? available.reason : opensslProblem();
if (lacking) console.warn(`Left out: connections that break and heal: ${lacking}.`);

/** A lab's daemon on a machine behind another one, with what leads there. */
interface Place {
  readonly lab: Lab;
  readonly network: Network;
  readonly sshd: Sshd;
  /** Of whoever connects: an SSH configuration, known hosts, a PKI. */
  readonly home: string;
  /** The same, where nothing is said of signs of life. */
  readonly patient: string;
  readonly tlsPort: number;
}

/** libvirt's own signs of life; in the short form they are asked for sooner. */
const keepalive: KeepaliveOptions | undefined = isProof ? undefined : { intervalMs: 1_000, count: 2 };

interface Way {
  readonly way: string;
  readonly address: (place: Place) => string;
  readonly options?: Partial<ReachOptions>;
}
const sshAddress = ({ sshd }: Place) => `qemu+ssh://${sshd.user}@${sshd.host}:${sshd.port}/system`;
const overSsh: Way = { way: 'the built-in SSH', address: sshAddress };
const overOpenSsh: Way = { way: 'OpenSSH', address: sshAddress, options: { ssh: 'openssh' } };
const overTls: Way = {
  way: 'TLS',
  address: ({ network, tlsPort, home }) =>
    `qemu+tls://${network.machine(-1).address}:${tlsPort}/system?pkipath=${join(home, 'pki')}`,
  options: keepalive ? { keepalive } : {},
};
const overSocket: Way = {
  way: 'the local socket',
  address: ({ lab }) => lab.uri,
  options: keepalive ? { keepalive } : {},
};
const overNetwork = [overSsh, overOpenSsh, overTls];

interface Fault {
  readonly what: string;
  readonly ways: readonly Way[];
  readonly breaks: (place: Place) => Promise<unknown>;
  readonly mends: (place: Place) => Promise<unknown>;
  /** libvirt can be asked by others while it lasts. */
  readonly othersGoOn: boolean;
  /** What a connection ends with, and all reads that are under way. */
  readonly ends: readonly ProblemCode[];
  /** It lasts until Snapkeel has tried again in vain. */
  readonly triesMeanwhile: boolean;
}

/** What a router answers, and what is said of it. */
const outOfReach = [
  { how: 'EHOSTUNREACH', said: /EHOSTUNREACH|No route to host/ },
  { how: 'ENETUNREACH', said: /ENETUNREACH|Network is unreachable/ },
] as const;

/** In all of them libvirtd hangs first, so that what is asked is under way. */
const faults: readonly Fault[] = [
  {
    what: 'sshd is killed',
    ways: [overSsh, overOpenSsh],
    breaks: async ({ lab, sshd }) => {
      await sshd.disconnect();
      await lab.resumeDaemon();
    },
    mends: ({ sshd }) => sshd.start(),
    othersGoOn: true,
    ends: ['CONNECTION_LOST'],
    triesMeanwhile: true,
  },
  {
    what: 'libvirtd is killed',
    ways: [...overNetwork, overSocket],
    breaks: ({ lab }) => lab.signalDaemon('KILL'),
    mends: ({ lab }) => lab.restartDaemon(),
    othersGoOn: false,
    // What was not read by a process that dies has TCP say “reset”.
    ends: ['LOST', 'CONNECTION_LOST'],
    triesMeanwhile: true,
  },
  {
    what: 'nothing gets through any more',
    ways: overNetwork,
    breaks: async ({ lab, network }) => {
      await network.swallow();
      await lab.resumeDaemon();
    },
    mends: ({ network }) => network.mend(),
    othersGoOn: true,
    // By the built-in SSH, OpenSSH, and libvirt's own.
    ends: ['CONNECTION_LOST', 'TIMED_OUT', 'NO_ANSWER'],
    triesMeanwhile: false,
  },
  {
    what: 'libvirtd hangs',
    ways: [overSocket],
    breaks: async () => {},
    mends: ({ lab }) => lab.resumeDaemon(),
    othersGoOn: false,
    ends: ['NO_ANSWER'],
    triesMeanwhile: false,
  },
];

describe.skipIf(lacking).concurrent.each([...overNetwork, overSocket])('a host over $way', (over) => {
  let place: Place;
  let reached: Reached;
  beforeAll(async () => {
    place = await makePlace();
  });
  afterEach(async () => {
    await reached?.session.disconnect();
    await place?.network.mend();
  });
  afterAll(async () => {
    await place?.lab.stop();
    await place?.network.stop();
    for (const folder of place ? [place.home, place.patient] : []) await rm(folder, { recursive: true, force: true });
  });

  const begin = (options: Partial<ReachOptions> = { home: place.home, ...over.options }) => {
    reached = reach(over.address(place), { home: place.patient, ssh: over.options?.ssh, ...options });
    return reached;
  };
  const names = () => reached.session.domains.map(({ name }) => name).sort();
  const domain = (name: string) => reached.session.domains.find((each) => each.name === name);
  /** `expect.poll` is of one test at a time. */
  const eventually = <T>(find: () => T, wanted: T) => retry(() => expect(find()).toEqual(wanted), PATIENCE_MS);
  /** Waits until a second attempt has failed, which is retried in its turn. */
  const triedInVain = async (from: number) => {
    const lost = reached.statuses.findIndex(({ status }, at) => at >= from && status === 'retrying');
    await reached.status('connecting', lost);
    const tried = reached.statuses.findIndex(({ status }, at) => at > lost && status === 'connecting');
    await reached.status('retrying', tried);
  };

  it.sequential.each(faults.filter(({ ways }) => ways.includes(over)))(
    'heals where $what',
    async ({ breaks, mends, othersGoOn, ends, triesMeanwhile }) => {
      const { lab } = place;
      const { session } = begin();
      await reached.connected();
      await lab.clear();
      const stays = await lab.guest({ name: 'stays', pool: false });
      await lab.guest({ name: 'goes', pool: false });
      await eventually(names, ['goes', 'stays']);
      const uuid = domain('stays')?.uuid ?? '';
      expect((await session.readSnapshots(uuid)).list.snapshots).toEqual([]);

      const from = reached.statuses.length;
      await lab.signalDaemon('STOP');
      const read = listDomains(session.reads).catch((error: unknown) => toProblem(error, 'kvm-a').code);
      await breaks(place);
      expect(ends).toContain(await read);
      const { problem } = await reached.status('retrying', from);
      expect(ends).toContain(problem.code);
      expect(problem.next).toContain('again');
      expect(() => session.reads).toThrow('kvm-a');

      const happens = async () => {
        await lab.virsh('undefine', 'goes');
        await lab.guest({ name: 'came', pool: false });
        await stays.start('--paused');
        await stays.snapshot('meanwhile');
      };
      if (othersGoOn) await happens();
      if (triesMeanwhile) await triedInVain(from);
      await mends(place);
      if (!othersGoOn) await happens();
      await reached.connected();
      if (othersGoOn) expect(names()).toEqual(['came', 'stays']);
      await eventually(names, ['came', 'stays']);
      await eventually(() => domain('stays')?.state, 'paused');
      const { list } = await session.readSnapshots(uuid);
      expect(list.snapshots.map(({ name }) => name)).toEqual(['meanwhile']);
      expect((await listDomains(session.reads)).map(({ name }) => name).sort()).toEqual(['came', 'stays']);

      // A domain that is listed is told of only when libvirt has sent an event.
      const told = new Promise<void>((resolve) => {
        const stop = session.onChange((changed) => {
          if (changed !== uuid) return;
          stop();
          resolve();
        });
      });
      await stays.destroy();
      await told;
      await eventually(() => domain('stays')?.state, 'shutoff');
    },
    PATIENCE_MS * 3,
  );

  it.sequential.each(overNetwork.filter((each) => each === over))(
    'is connected anew as soon as somebody asks whether it is there, where a router has forgotten it',
    async () => {
      const { session, lines } = begin({});
      await reached.connected();
      const from = reached.statuses.length;
      await place.network.forget();
      await session.checkNow();
      const { problem } = await reached.status('retrying', from);
      expect(problem).toMatchObject({ code: 'NO_ANSWER', detail: 'libvirt did not answer within 5 s' });
      await reached.connected();
      expect(await listDomains(session.reads)).toEqual(
        session.domains.map(({ hostId: _, snapshotCount, ...each }) => ({
          ...each,
          snapshotCount: snapshotCount === 0 ? 0 : null,
        })),
      );
      expect(lines.filter((line) => line.includes('did not answer within 5 s'))).toHaveLength(1);
    },
    PATIENCE_MS * 3,
  );

  it.sequential(
    'is tried at once, rather than when its turn comes, where somebody asks whether it is there',
    async () => {
      const { session } = begin();
      await reached.connected();
      const from = reached.statuses.length;
      await place.lab.signalDaemon('KILL');
      const { retryAt } = await reached.status('retrying', from);
      await session.checkNow();
      const { since } = await reached.status('connecting', from);
      expect(since).toBeLessThan(retryAt - 200);
      await place.lab.restartDaemon();
      await reached.connected();
    },
    PATIENCE_MS * 2,
  );

  it.sequential.each(overNetwork.includes(over) ? outOfReach : [])(
    'is told to be out of reach, and tried again, where a router says $how',
    async ({ how, said }) => {
      await place.network.refuse(how);
      begin();
      try {
        const { problem } = await reached.status('retrying');
        expect(problem).toMatchObject({ code: 'HOST_UNREACHABLE', detail: expect.stringMatching(said) });
        expect(`${problem.what} ${problem.next}`).toContain('cannot be reached over the network. Check that');
      } finally {
        await place.network.mend();
      }
      await reached.connected();
    },
    PATIENCE_MS * 2,
  );
});

async function makePlace(): Promise<Place> {
  const [lab, network] = [await startLab(), await startNetwork({ machines: 2 })];
  const machine = network.machine(-1);
  const sshd = await startSshd(lab, { machine });
  const [home, patient] = [await mkdtemp(join(tmpdir(), 'skh-')), await mkdtemp(join(tmpdir(), 'skh-'))];
  const signs = ['ServerAliveInterval 1', 'ServerAliveCountMax 3', 'ConnectTimeout 5'];
  for (const [folder, more] of [
    [home, signs],
    [patient, []],
  ] as const) {
    await mkdir(join(folder, '.ssh'));
    const config = [`IdentityFile ${sshd.keyFile}`, ...more].map((line) => `${line}\n`);
    await writeFile(join(folder, '.ssh/config'), config.join(''), { mode: 0o600 });
    await writeFile(join(folder, '.ssh/known_hosts'), `${sshd.knownHostsLine}\n`);
  }
  const ca = new TestCa(join(home, 'pki'));
  ca.issue({ use: 'client', subject: '/CN=alice' });
  const server = ca.issue({ use: 'server', names: `IP:${machine.address}` }, join(lab.dir, 'pki'));
  const tlsPort = await freePort();

  await writeFile(join(lab.dir, 'pki/ca.pem'), await readFile(ca.cert));
  const files = { ca_file: join(lab.dir, 'pki/ca.pem'), cert_file: server.cert, key_file: server.key };
  await lab.listen({ listen_tls: 1, listen_tcp: 0, auth_tls: 'none', tls_port: `${tlsPort}`, ...files }, machine);
  return { lab, network, sshd, home, patient, tlsPort };
}
