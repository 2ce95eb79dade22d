import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { polkitAvailable, sshdAvailable } from '../lab/available.ts';
import { type PolkitUser, polkitUsers } from '../lab/bus.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type Sshd, startSshd } from '../lab/sshd.ts';
import { connectOverSsh } from './over-ssh.ts';
import { OtherSession } from './sessions.ts';

const available = polkitAvailable();
const ssh = sshdAvailable();
if (!available.ok) console.warn(`What polkit answers is left out: ${available.reason}`);
if (!ssh.ok) console.warn(`What polkit answers over SSH is left out: ${ssh.reason}`);

const timeout = 120_000;
const sessions: OtherSession[] = [];
/** A user of the lab who begins to connect to its libvirt as to that of his own computer. */
function connects(lab: Lab, name: PolkitUser, { agent = false } = {}): OtherSession {
  const session = new OtherSession(lab, { uri: 'qemu:///system', user: polkitUsers[name].id, agent });
  sessions.push(session);
  session.send('connect');
  return session;
}
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.stop()));
}, timeout);

describe.skipIf(!available.ok)('a user who is not root', { timeout }, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ polkit: true });
  }, timeout);
  afterAll(async () => {
    await lab?.stop();
  }, timeout);

  it('is let in as a member of the group', async () => {
    const session = connects(lab, 'member');
    expect(await session.untilStatus('connected')).toMatchObject({ driver: 'QEMU', via: '/run/libvirt/libvirt-sock' });
  });

  it('is denied, and told what could be done', async () => {
    const { problem } = await connects(lab, 'denied').untilStatus('refused');
    expect(problem).toMatchObject({
      code: 'POLKIT_DENIED',
      what: 'polkit does not allow this user to use libvirt on “This computer”.',
      next: expect.stringMatching(/add the user to the “libvirt” group/),
      detail: expect.stringContaining('access denied by policy'),
    });
  });

  it('is denied although an agent is there, and not asked', async () => {
    const session = connects(lab, 'denied', { agent: true });
    expect((await session.untilStatus('refused')).problem.code).toBe('POLKIT_DENIED');
    expect(session.asked).toBe(0);
  });

  it.each(['asked', 'askedOnce'] as const)('needs an agent (%s), and is told how to do without', async (user) => {
    const { problem } = await connects(lab, user).untilStatus('refused');
    expect(problem).toMatchObject({
      code: 'POLKIT_NO_AGENT',
      what: expect.stringMatching(/wants a password .* no polkit agent is running to ask for it\.$/),
      next: expect.stringMatching(
        /^Add the user to the “libvirt” group .* start a polkit agent.* and connect again\.$/,
      ),
      detail: expect.stringContaining('org.libvirt.unix.manage'),
    });
  });

  it('is asked once for both connections where polkit keeps the answer', async () => {
    const session = connects(lab, 'askedOnce', { agent: true });
    await session.untilAsked(1);
    session.send('grant');
    await session.untilStatus('connected');
    expect(session.asked).toBe(1);
  });

  it('is asked for one connection after the other where it does not', async () => {
    const session = connects(lab, 'asked', { agent: true });
    await session.untilAsked(1);
    await session.untilStreams(2);
    expect(session.asked).toBe(1);
    session.send('grant');
    await session.untilAsked(2);
    session.send('grant');
    await session.untilStatus('connected');
  });

  it('closes the question, and is not asked for the other connection', async () => {
    const session = connects(lab, 'asked', { agent: true });
    await session.untilAsked(1);
    await session.untilStreams(2);
    session.send('cancel');
    const { problem } = await session.untilStatus('refused');
    expect(problem).toMatchObject({
      code: 'POLKIT_CANCELLED',
      what: expect.stringMatching(/^polkit asked for a password .* was not given one\.$/),
      next: expect.stringMatching(/^Connect again to be asked again\./),
    });
    await session.untilStreams(0);
    expect(session.asked).toBe(1);
    session.send('connect');
    await session.untilAsked(2);
  });

  it('types a wrong password', async () => {
    const session = connects(lab, 'askedOnce', { agent: true });
    await session.untilAsked(1);
    session.send('fail');
    const { problem } = await session.untilStatus('refused');
    expect(problem).toMatchObject({ code: 'POLKIT_DENIED', next: expect.stringMatching(/it was not accepted/) });
  });

  it('gives up while polkit asks: every stream is closed, and nobody is kept out by it', async () => {
    const session = connects(lab, 'asked', { agent: true });
    await session.untilAsked(1);
    await session.untilStreams(2);
    session.send('disconnect');
    await session.untilStatus('disconnected');
    await session.untilStreams(0);
    // A libvirtd of 11.3 or later, left while it asks, hears nobody until polkit has answered: here, as the agent goes.
    await session.stop();
    await connects(lab, 'member').untilStatus('connected');
  });
});

describe.skipIf(!available.ok || !ssh.ok)('a user who is not root over SSH', { timeout }, () => {
  let lab: Lab;
  let sshd: Sshd;
  beforeAll(async () => {
    lab = await startLab({ polkit: true });
    sshd = await startSshd(lab);
    // Where those who log in may read it.
    await lab.run(['cp', join(dirname(sshd.keyFile), 'authorized_keys'), '/run/authorized_keys']);
    await sshd.setOption('AuthorizedKeysFile', '/run/authorized_keys');
  }, timeout);
  afterAll(async () => {
    await lab?.stop();
  }, timeout);
  const connects = (user: PolkitUser, params = '') =>
    connectOverSsh(lab, `${sshd.uri.replace(`${sshd.user}@`, `${user}@`)}${params}`);

  it('is let in as a member of the group there', async () => {
    expect(await connects('member')).toMatch(/^SSH to member@.*libvirt-sock$/);
    expect(await connects('member', '&proxy=native')).toMatch(/^SSH to member@.*virt-ssh-helper$/);
  });

  it.each([
    ['denied', 'POLKIT_DENIED', /add the user to the “libvirt” group there/],
    [
      'asked',
      'POLKIT_NO_AGENT',
      /^Add the user to the “libvirt” group on the host and log in again\. If the host is this/,
    ],
  ] as const)('is refused as %s, and told what to do there', async (user, code, next) => {
    for (const params of ['', '&proxy=native'])
      expect(await connects(user, params)).toMatchObject({
        code,
        what: expect.stringContaining('“kvm-a”'),
        next: expect.stringMatching(next),
      });
  });
});

describe.skipIf(!available.ok)('what libvirt needs to ask polkit', { timeout }, () => {
  const removals: [string, (lab: Lab) => Promise<void>][] = [
    ['polkitd', async (lab) => void (await lab.run(['sh', '-c', 'rm "$0"/etc/bus/services/*', lab.dir]))],
    [
      'the system bus',
      async (lab) => {
        await lab.run(['rm', '/run/dbus/system_bus_socket']);
        await lab.restartDaemon();
      },
    ],
  ];
  it.each(removals)('%s is not there', async (_, remove) => {
    const lab = await startLab({ polkit: true });
    try {
      await remove(lab);
      const { problem } = await connects(lab, 'member').untilStatus('refused');
      expect(problem).toMatchObject({
        code: 'POLKIT_NOT_RUNNING',
        what: expect.stringMatching(/polkit cannot be reached there\.$/),
        next: expect.stringMatching(/^Start the D-Bus system bus and polkit/),
      });
    } finally {
      await lab.stop();
    }
  });
});
