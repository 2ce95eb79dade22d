import { link, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../shared/schema.ts';
import { isRoot, sshdAvailable } from '../lab/available.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { type Sshd, startSshd } from '../lab/sshd.ts';
import { connectOverSsh } from './over-ssh.ts';
import { OtherSession } from './sessions.ts';

const available = isRoot() ? sshdAvailable() : { ok: false, reason: 'a lab with a /run of its own needs root' };
if (!available.ok) console.warn(`The sockets of modular daemons are left out: ${available.reason}`);

const timeout = 120_000;
const local = 'qemu:///system';

/** Debian builds libvirtd alone: it stands in for virtqemud, on a socket of that name. */
describe.skipIf(!available.ok)('the socket of a modular daemon', { timeout }, () => {
  let lab: Lab;
  let sshd: Sshd;
  let execOnly: Sshd;
  let sockets: { legacy: string; modular: string };
  const sessions: OtherSession[] = [];
  beforeAll(async () => {
    lab = await startLab();
    [sshd, execOnly] = [await startSshd(lab), await startSshd(lab, { streamLocalForwarding: false })];
    sockets = { legacy: lab.socket, modular: join(lab.dir, 'run/libvirt/virtqemud-sock') };
  }, timeout);
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.stop()));
  }, timeout);
  afterAll(async () => {
    await lab?.stop();
  }, timeout);

  /** Where a session of the app on the lab's own computer is connected, or the first reason why it is not. */
  async function connects(uri: string): Promise<string | Problem> {
    const session = new OtherSession(lab, { uri });
    sessions.push(session);
    session.send('connect');
    return await Promise.race([
      session.untilStatus('connected').then(({ via }) => via),
      session.untilStatus('refused').then(({ problem }) => problem),
      session.untilStatus('retrying').then(({ problem }) => problem),
    ]);
  }
  const overSsh = (path: string) => `SSH to ${sshd.user}@${sshd.host}:${sshd.port}, /var/run/libvirt/${path}`;
  const legacyMissing = (what: RegExp) => ({
    what: expect.stringMatching(what),
    next: expect.stringMatching(/The URI sets mode=legacy: leave it out .* \/var\/run\/libvirt\/libvirt-sock/),
  });

  describe('alone', () => {
    beforeAll(async () => rename(sockets.legacy, sockets.modular));
    afterAll(async () => rename(sockets.modular, sockets.legacy));

    it.each([local, `${local}?mode=direct`])('is found by %s', async (uri) => {
      expect(await connects(uri)).toBe('/run/libvirt/virtqemud-sock');
    });

    it('is not taken for another on this computer', async () => {
      expect(await connects(`${local}?mode=legacy`)).toMatchObject(
        legacyMissing(/^No libvirt socket was found on this computer\.$/),
      );
    });

    it.each(['', '&mode=direct', '&mode=direct&proxy=netcat'])('is found over SSH (%s)', async (params) => {
      expect(await connectOverSsh(lab, `${sshd.uri}${params}`)).toBe(overSsh('virtqemud-sock'));
    });

    it('is not taken for another over SSH, not by an old helper either', async () => {
      expect(await connectOverSsh(lab, `${sshd.uri}&mode=legacy`)).toMatchObject(
        legacyMissing(/but no libvirt socket could be opened there\.$/),
      );
    });

    it.each(['', '&mode=direct&proxy=native'])('is found by virt-ssh-helper (%s)', async (params) => {
      expect(await connectOverSsh(lab, `${execOnly.uri}${params}`)).toMatch(/, virt-ssh-helper$/);
    });
  });

  describe('beside that of libvirtd', () => {
    beforeAll(async () => link(sockets.legacy, sockets.modular));
    afterAll(async () => rm(sockets.modular));

    it.each([
      ['', 'virtqemud-sock'],
      ['mode=direct', 'virtqemud-sock'],
      ['mode=legacy', 'libvirt-sock'],
    ])('with %j: %s', async (params, socket) => {
      expect(await connects(`${local}?${params}`)).toBe(`/run/libvirt/${socket}`);
      expect(await connectOverSsh(lab, `${sshd.uri}&${params}`)).toBe(overSsh(socket));
    });
  });

  describe('left behind by a daemon that ended', () => {
    beforeEach(async () => {
      const server = createServer();
      const other = join(lab.dir, 'run/libvirt/ended');
      await new Promise<void>((resolve) => server.listen(other, resolve));
      await link(other, sockets.modular);
      await new Promise((resolve) => server.close(resolve));
    });
    afterEach(async () => rm(sockets.modular));

    it('does not stand in the way of libvirtd’s', async () => {
      expect(await connects(local)).toBe('/run/libvirt/libvirt-sock');
      expect(await connectOverSsh(lab, sshd.uri)).toBe(overSsh('libvirt-sock'));
    });

    it('is told where none but it was asked for', async () => {
      expect(await connects(`${local}?mode=direct`)).toMatchObject({
        what: 'The libvirt socket /run/libvirt/virtqemud-sock exists, but nothing is listening on it.',
      });
    });
  });
});
