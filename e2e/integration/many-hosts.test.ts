import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HostPool } from '../../electron/hosts/host-pool.ts';
import { Hub } from '../../electron/hosts/hub.ts';
import { openTransport } from '../../electron/transport/open-transport.ts';
import { unsaid } from '../../shared/host-list/details.ts';
import type { Host, HostStatus } from '../../shared/schema.ts';
import { isRoot, sshdAvailable } from '../lab/available.ts';
import { isProof } from '../lab/extent.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { retry } from '../lab/run.ts';
import { type Sshd, startSshd } from '../lab/sshd.ts';

const available = isRoot() ? sshdAvailable() : { ok: false as const, reason: 'many connections to a lab need root' };
if (!available.ok) console.warn(`Left out: fifty hosts at a time: ${available.reason}.`);

const timeout = 300_000;
const patience = 120_000;
/** How many of each; one of OpenSSH is five processes. */
const counts = isProof ? { builtIn: 20, openSsh: 20, local: 10 } : { builtIn: 25, openSsh: 6, local: 19 };
/** Hosts that are connected to at a time. */
const atOnce = 16;

describe.skipIf(!available.ok)('fifty hosts at a time', { timeout }, () => {
  const before = process.env.TMPDIR;
  let lab: Lab;
  let sshds: Sshd[];
  let home: string;
  let temporary: string;
  beforeAll(async () => {
    lab = await startLab();
    await lab.guest({ name: 'seen', pool: false });
    // Fewer than come at once: some are hung up on, and come again.
    const settings = { MaxStartups: '10' };
    sshds = [await startSshd(lab, { settings }), await startSshd(lab, { settings })];
    home = await mkdtemp(join(tmpdir(), 'skh-'));
    await mkdir(join(home, '.ssh'));
    await writeFile(join(home, '.ssh/known_hosts'), sshds.map((sshd) => `${sshd.knownHostsLine}\n`).join(''));
    temporary = await mkdtemp(join(tmpdir(), 'skm-'));
    process.env.TMPDIR = temporary;
  }, timeout);
  afterAll(async () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    for (const folder of [home, temporary]) if (folder) await rm(folder, { recursive: true, force: true });
    await lab?.stop();
  }, timeout);

  /** An address of its own for each, that leads to the same. */
  const another = async (target: string, at: number) => {
    const path = join(home, `${at}`);
    await symlink(target, path);
    return path;
  };
  const overSsh = async (sshd: Sshd, at: number) =>
    `qemu+ssh://${sshd.user}@${sshd.host}:${sshd.port}/system?keyfile=${await another(sshd.keyFile, at)}`;
  const ofSsh = ({ kind }: Host) => kind === 'ssh';

  it('connect, heal when their servers were killed, and leave nothing behind', async () => {
    const [builtIn, openSsh] = sshds as [Sshd, Sshd];
    const total = counts.builtIn + counts.openSsh + counts.local;
    expect(total).toBe(50);
    const uris = await Promise.all(
      Array.from({ length: total }, async (_, at) => {
        if (at < counts.builtIn) return { uri: await overSsh(builtIn, at), ssh: 'built-in' as const };
        if (at < counts.builtIn + counts.openSsh) return { uri: await overSsh(openSsh, at), ssh: 'openssh' as const };
        return { uri: `qemu+unix:///system?socket=${await another(lab.socket, at)}`, ssh: 'automatic' as const };
      }),
    );
    const hub = new Hub();
    const connecting = new Map<string, HostStatus>();
    let most = 0;
    const publish = hub.publish.bind(hub);
    hub.publish = (event) => {
      if (event.type === 'host') {
        connecting.set(event.host.id, event.host.connection);
        const busy = [...connecting.values()].filter((each) => each.status === 'connecting' && each.step !== 'queued');
        most = Math.max(most, busy.length);
      }
      publish(event);
    };
    const lines: string[] = [];
    const resources = () => process.getActiveResourcesInfo().filter((name) => /TCP|Pipe|Process/.test(name)).length;
    const resourcesBefore = resources();
    const pool = new HostPool({
      hub,
      store: {
        list: () => uris.map(({ uri, ssh }, at) => ({ ...unsaid, ssh, id: `${at}`, key: uri, name: `kvm-${at}` })),
        ...{ keep: async () => {}, arrange: async () => {}, remove: async () => {} },
      },
      openTransport: (uri, host, { onStep }) =>
        openTransport(uri, {
          env: { PATH: process.env.PATH, TMPDIR: temporary },
          home,
          askHostKey: async () => false,
          askSecret: async () => null,
          onStep,
          sshClient: host.ssh === 'openssh' ? 'openssh' : 'built-in',
          log: (line) => lines.push(line),
        }),
      openSimulator: () => {
        throw new Error('there is none');
      },
      log: (line) => lines.push(line),
    });
    const until = (what: string, is: (host: Host) => boolean) =>
      retry(() => {
        const others = pool.hosts.filter((host) => !is(host));
        const first = others[0];
        if (first) throw new Error(`${others.length} are not ${what}: ${JSON.stringify(first)}\n${lines.join('\n')}`);
      }, patience);
    const connected = () => until('connected', ({ connection }) => connection.status === 'connected');
    const names = () =>
      new Set(
        pool.hosts.map(({ id }) =>
          pool
            .session(id)
            .domains.map(({ name }) => name)
            .sort()
            .join(),
        ),
      );
    try {
      pool.restore();
      await connected();
      expect(pool.hosts).toHaveLength(total);
      expect(names()).toEqual(new Set(['seen']));
      expect(most).toBeLessThanOrEqual(atOnce);
      expect(most).toBeGreaterThan(1);

      await Promise.all(sshds.map((sshd) => sshd.disconnect()));
      await until('retried', (host) => !ofSsh(host) || ['retrying', 'connecting'].includes(host.connection.status));
      await lab.guest({ name: 'since', pool: false });
      for (const sshd of sshds) await sshd.start();
      await connected();
      expect(most).toBeLessThanOrEqual(atOnce);
      await retry(() => expect(names()).toEqual(new Set(['seen,since'])), patience);
      expect(new Set(pool.hosts.map(({ connection }) => connection.status))).toEqual(new Set(['connected']));
    } finally {
      await pool.close();
    }
    await retry(async () => {
      expect(await readdir(temporary)).toEqual([]);
      expect(await commandsWith(temporary)).toEqual([]);
      expect(resources()).toBeLessThanOrEqual(resourcesBefore);
    }, patience);
  });
});

/** Command lines of processes that name a folder. */
async function commandsWith(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return commands.filter((command) => command.includes(folder)).map((command) => command.replaceAll('\0', ' '));
}
