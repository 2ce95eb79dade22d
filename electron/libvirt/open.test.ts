import { afterEach, describe, expect, it, vi } from 'vitest';
import { errorCode } from '../../shared/libvirt/flags.ts';
import type { RpcConnection } from './connection.ts';
import { ConnectionError, LibvirtError } from './errors.ts';
import { FakePeer } from './fake-peer.ts';
import { type Packet, packetType } from './frame.ts';
import { AuthenticationError, closeConnection, openConnection } from './open.ts';
import { procedures } from './procedures.ts';

interface Manners {
  types?: number[];
  keepalive?: 0 | 1;
  polkit?: number;
  /** What is offered, or the code of the error that is the answer. */
  sasl?: string | number;
  open?: number;
  /** Never answers this one. */
  silent?: keyof typeof procedures;
}

/** A daemon that answers what opening and closing need; `polkit` and `open` are error codes. */
function daemon({ types = [0], keepalive = 1, polkit, sasl = '', open, silent }: Manners = {}): FakePeer {
  return new FakePeer(({ procedure, serial, type }, peer) => {
    if (type !== packetType.call || (silent && procedures[silent].number === procedure)) return;
    if (procedure === 66) peer.reply(procedures.authList, serial, { types });
    else if (procedure === 70 && polkit) peer.refuse(procedures.authPolkit, serial, { code: polkit, domain: 60 });
    else if (procedure === 70) peer.reply(procedures.authPolkit, serial, { complete: 1 });
    else if (procedure === 67 && typeof sasl === 'number')
      peer.refuse(procedures.authSaslInit, serial, { code: sasl, domain: 7 });
    else if (procedure === 67) peer.reply(procedures.authSaslInit, serial, { mechanisms: `${sasl}` });
    else if (procedure === 60) peer.reply(procedures.connectSupportsFeature, serial, { supported: keepalive });
    else if (procedure === 1 && open) peer.refuse(procedures.connectOpen, serial, { code: open, message: 'no driver' });
    else peer.send({ procedure, serial });
  });
}
const asked = (packets: readonly Packet[]) => packets.map((packet) => packet.procedure);
const opened: RpcConnection[] = [];
const open = async (peer: FakePeer, signal?: AbortSignal, patienceMs?: number) => {
  const given = { ...(signal ? { signal } : {}), ...(patienceMs === undefined ? {} : { patienceMs }) };
  const connection = await openConnection(peer.stream, 'qemu:///system', given);
  opened.push(connection);
  return connection;
};
afterEach(() => {
  for (const connection of opened.splice(0)) connection.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('openConnection', () => {
  it.each([
    ['none', [0], [66, 60, 1]],
    ['nothing at all', [], [66, 60, 1]],
    ['none or polkit', [2, 0], [66, 60, 1]],
    ['polkit', [2], [66, 70, 60, 1]],
    ['SASL or polkit', [1, 2], [66, 70, 60, 1]],
  ])('with authentication %s asks in libvirt’s order', async (_, types, order) => {
    const peer = daemon({ types });
    await open(peer);
    expect(asked(peer.packets)).toEqual(order);
    expect(peer.args(procedures.connectSupportsFeature, peer.packets.at(-2) as Packet)).toEqual({ feature: 10 });
    expect(peer.args(procedures.connectOpen, peer.packets.at(-1) as Packet)).toEqual({
      name: 'qemu:///system',
      flags: 0,
    });
    expect(peer.closed).toBe(false);
  });

  it.each([
    [1, 1],
    [0, 0],
  ] as const)('keepalive %d of the daemon: %d timer', async (keepalive, timers) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await open(daemon({ keepalive }));
    expect(vi.getTimerCount()).toBe(timers);
  });

  it('polkit refused: why, with libvirt’s error as its cause', async () => {
    const peer = daemon({ types: [2], polkit: errorCode.AUTH_UNAVAILABLE });
    const error = await open(peer).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ code: 'POLKIT_NO_AGENT', types: [2], cause: { codeName: 'AUTH_UNAVAILABLE' } });
    expect((error as Error).message).toContain((error as { cause: Error }).cause.message);
    expect(asked(peer.packets)).toEqual([66, 70]);
    await vi.waitFor(() => expect(peer.closed).toBe(true), 30_000);
  });

  it('an authentication nobody knows here: UNSUPPORTED, and nothing more is asked', async () => {
    const peer = daemon({ types: [9] });
    await expect(open(peer)).rejects.toMatchObject({ code: 'UNSUPPORTED', types: [9] });
    expect(asked(peer.packets)).toEqual([66]);
    await vi.waitFor(() => expect(peer.closed).toBe(true), 30_000);
  });

  it.each([
    ['SCRAM-SHA-256,GSSAPI', ['SCRAM-SHA-256', 'GSSAPI']],
    ['<b>x', []],
    ['', []],
    [errorCode.AUTH_FAILED, []],
  ])('SASL that offers %j is told with what it offers', async (sasl, mechanisms) => {
    const peer = daemon({ types: [1, 9], sasl });
    const error = await open(peer).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ code: 'SASL', types: [1, 9], mechanisms });
    expect(asked(peer.packets)).toEqual([66, 67]);
    await vi.waitFor(() => expect(peer.closed).toBe(true), 30_000);
  });

  it('a driver that does not open: libvirt’s error, and the stream is closed', async () => {
    const peer = daemon({ open: errorCode.NO_SUPPORT });
    const error = await open(peer).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LibvirtError);
    expect(error).toMatchObject({ codeName: 'NO_SUPPORT', message: 'no driver' });
    await vi.waitFor(() => expect(peer.closed).toBe(true), 30_000);
  });

  it('a peer that hangs up on polkit is lost, not refused', async () => {
    const peer = daemon({ types: [2], silent: 'authPolkit' });
    const opening = open(peer);
    await peer.until(2);
    peer.end();
    await expect(opening).rejects.toMatchObject({ name: 'ConnectionError', code: 'LOST' });
  });

  it.each(['authList', 'connectSupportsFeature', 'connectOpen'] as const)(
    'no answer to %s: NO_ANSWER, and the stream is closed',
    async (silent) => {
      const peer = daemon({ silent });
      const error = await open(peer, undefined, 20).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toMatchObject({ code: 'NO_ANSWER' });
      await vi.waitFor(() => expect(peer.closed).toBe(true), 30_000);
    },
  );

  it('waits longer for a person who types a password', async () => {
    const limits: AbortController[] = [];
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
      const limit = new AbortController();
      limits.push(limit);
      return limit.signal;
    });
    const peer = daemon({ types: [2], silent: 'authPolkit' });
    const opening = open(peer);
    const { serial } = await peer.packet(1);
    for (const limit of limits) limit.abort(new DOMException('over', 'TimeoutError'));
    peer.reply(procedures.authPolkit, serial, { complete: 1 });
    await expect(opening).resolves.toBeDefined();
  });

  it('connections of one signal ask polkit one after the other', async () => {
    const { signal } = new AbortController();
    const peers = [
      daemon({ types: [2], silent: 'authPolkit' }),
      daemon({ types: [2] }),
      daemon({ types: [2] }),
    ] as const;
    const opening = open(peers[0], signal);
    await peers[0].until(2);
    const next = open(peers[1], signal);
    await open(peers[2], new AbortController().signal);
    await peers[1].until(1);
    expect(asked(peers[1].packets)).toEqual([66]);
    peers[0].reply(procedures.authPolkit, (await peers[0].packet(1)).serial, { complete: 1 });
    await Promise.all([opening, next]);
    expect(asked(peers[1].packets)).toEqual([66, 70, 60, 1]);
  });

  it('what polkit has refused is not asked for the next of that signal, but for one that comes later', async () => {
    const { signal } = new AbortController();
    const refusing = daemon({ types: [2], silent: 'authPolkit' });
    const waiting = daemon({ types: [2] });
    const refused = [open(refusing, signal), open(waiting, signal)].map((each) =>
      each.catch((error: unknown) => error),
    );
    const { serial } = await refusing.packet(1);
    refusing.refuse(procedures.authPolkit, serial, { code: errorCode.AUTH_CANCELLED, domain: 60 });
    for (const error of await Promise.all(refused)) expect(error).toMatchObject({ code: 'POLKIT_CANCELLED' });
    expect(asked(waiting.packets)).toEqual([66]);
    await open(daemon({ types: [2] }), signal);
  });

  it.each(['authList', 'authPolkit', 'connectOpen'] as const)('gives up on %s when told', async (silent) => {
    const peer = daemon({ types: [2], silent });
    const stop = new AbortController();
    const opening = open(peer, stop.signal);
    await vi.waitFor(() => expect(asked(peer.packets)).toContain(procedures[silent].number), 30_000);
    const reason = new Error('cancelled');
    stop.abort(reason);
    await expect(opening).rejects.toBe(reason);
    await vi.waitFor(() => expect(peer.closed).toBe(true), 30_000);
  });

  it('the signal has no effect once it is open', async () => {
    const stop = new AbortController();
    const peer = daemon();
    const connection = await open(peer, stop.signal);
    stop.abort();
    await connection.call(procedures.connectSupportsFeature, { feature: 14 });
    expect(peer.closed).toBe(false);
  });
});

describe('closeConnection', () => {
  it('says goodbye, then closes', async () => {
    const peer = daemon();
    const connection = await open(peer);
    await closeConnection(connection);
    expect(asked(peer.packets).at(-1)).toBe(2);
    expect(await connection.ended).toMatchObject({ code: 'CLOSED' });
  });

  it('waits no longer than its patience', async () => {
    const connection = await open(daemon({ silent: 'connectClose' }));
    await closeConnection(connection, 10);
    expect(await connection.ended).toMatchObject({ code: 'CLOSED' });
  });

  it('never throws, not even on a connection that is gone', async () => {
    const peer = daemon();
    const connection = await open(peer);
    peer.end();
    await connection.ended;
    await expect(closeConnection(connection)).resolves.toBeUndefined();
  });
});
