import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RpcConnection } from '../libvirt/connection.ts';
import { FakePeer } from '../libvirt/fake-peer.ts';
import { packetStatus, packetType } from '../libvirt/frame.ts';
import { procedures } from '../libvirt/procedures.ts';
import { Gate } from './gate.ts';

const { connectSupportsFeature: ask } = procedures;

afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const peer = new FakePeer();
  const connection = new RpcConnection(peer.stream);
  const gate = new Gate(connection);
  /** Features asked for so far, in the order they arrived. */
  const asked = () => peer.packets.map((packet) => peer.args(ask, packet).feature);
  const answer = (feature: number, refused = false) => {
    const serial = peer.packets.find((packet) => peer.args(ask, packet).feature === feature)?.serial ?? 0;
    if (refused) peer.refuse(ask, serial, { code: 3 });
    else peer.reply(ask, serial, { supported: feature });
  };
  const quiet = () => new Promise((resolve) => setTimeout(resolve, 5));
  return { peer, connection, gate, asked, answer, quiet };
}

describe('patience', () => {
  it('ends the waiting, not the call, which keeps its place until it is answered', async () => {
    const { peer, connection, answer, quiet } = setUp();
    const told: (number | null)[] = [];
    const gate = new Gate(connection, { ms: 20, onSilence: (since) => told.push(since) });
    const calls = [1, 2, 3, 4, 5].map((feature) => gate.call(ask, { feature }));
    const ends = await Promise.allSettled(calls);
    for (const end of ends) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'NO_ANSWER' } });
    expect(told).toEqual([expect.any(Number)]);
    expect(peer.packets).toHaveLength(4);
    await expect(gate.call(ask, { feature: 6 })).rejects.toMatchObject({ code: 'NO_ANSWER' });
    expect(peer.packets).toHaveLength(4);
    for (const feature of [1, 2, 3, 4]) answer(feature);
    await quiet();
    expect(told).toEqual([expect.any(Number), null]);
    const again = gate.call(ask, { feature: 7 });
    await peer.until(5);
    answer(7);
    expect(await again).toEqual({ supported: 7 });
  });

  it('of a stream is for its next piece: one that stays silent is ended and told of, one that goes on is not', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { peer, connection } = setUp();
    const told: (number | null)[] = [];
    const gate = new Gate(connection, { ms: 60, onSilence: (since) => told.push(since) });
    const { domainScreenshot } = procedures;
    const domain = { name: '', uuid: Buffer.alloc(16), id: -1 };
    const end = gate.receive(domainScreenshot, { domain, screen: 0, flags: 0 }).catch((error) => error);
    const { serial } = await peer.packet(0);
    const piece = {
      procedure: domainScreenshot.number,
      type: packetType.stream,
      serial,
      status: packetStatus.continue,
    };
    peer.reply(domainScreenshot, serial, { mime: 'image/png' });
    for (let n = 0; n < 5; n++) {
      peer.send({ ...piece, payload: Buffer.from('x') });
      await nextTurn();
      vi.advanceTimersByTime(50);
    }
    expect(told).toEqual([]);
    vi.advanceTimersByTime(50);
    expect(await end).toMatchObject({ code: 'NO_ANSWER' });
    expect(await peer.packet(1)).toMatchObject({ type: packetType.stream, status: packetStatus.error, serial });
    expect(told).toEqual([expect.any(Number), null]);
  });
});

describe('Gate', () => {
  it('keeps the place of a stream that was aborted until libvirt has answered', async () => {
    const { gate, peer, quiet } = setUp();
    const { domainScreenshot } = procedures;
    const picture = { domain: { name: '', uuid: Buffer.alloc(16), id: -1 }, screen: 0, flags: 0 };
    const stop = new AbortController();
    const asked = [1, 2, 3, 4].map(() => gate.receive(domainScreenshot, picture, { signal: stop.signal }));
    const waiting = gate.receive(domainScreenshot, picture, { signal: stop.signal });
    const next = gate.call(ask, { feature: 9 });
    await peer.until(4);
    const ends = Promise.allSettled([...asked, waiting]);
    stop.abort(new Error('enough'));
    expect((await ends).map(({ status }) => status)).toEqual(Array(5).fill('rejected'));
    await quiet();
    expect(peer.packets).toHaveLength(4);
    peer.refuse(domainScreenshot, peer.packets[2]?.serial ?? 0, { code: 55 });
    const { serial, procedure } = await peer.packet(4);
    expect(procedure).toBe(ask.number);
    peer.reply(ask, serial, { supported: 9 });
    await next;
  });

  it('has four calls in flight, and the rest in order behind them', async () => {
    const { gate, peer, asked, answer, quiet } = setUp();
    const calls = [1, 2, 3, 4, 5, 6, 7].map((feature) => gate.call(ask, { feature }));
    await peer.until(4);
    await quiet();
    expect(asked()).toEqual([1, 2, 3, 4]);
    answer(3);
    await peer.until(5);
    answer(1);
    await peer.until(6);
    await quiet();
    expect(asked()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const feature of [2, 4, 5, 6]) answer(feature);
    await peer.until(7);
    answer(7);
    expect((await Promise.all(calls)).map(({ supported }) => supported)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('frees the place of a call that was refused, or could not be sent', async () => {
    const { gate, peer, asked, answer } = setUp();
    const calls = [1, 2, 3, 4].map((feature) => gate.call(ask, { feature }).catch(() => 'refused'));
    const unsendable = gate.call(ask, { feature: 2 ** 40 }).catch(() => 'not sent');
    const last = gate.call(ask, { feature: 5 });
    await peer.until(4);
    for (const feature of [1, 2, 3, 4]) answer(feature, true);
    expect(await Promise.all([...calls, unsendable])).toEqual([...Array(4).fill('refused'), 'not sent']);
    await peer.until(5);
    expect(asked()).toEqual([1, 2, 3, 4, 5]);
    answer(5);
    await last;
    const again = [6, 7, 8, 9].map((feature) => gate.call(ask, { feature }));
    await peer.until(9);
    for (const feature of [6, 7, 8, 9]) answer(feature);
    await Promise.all(again);
  });

  it('rejects those that wait too when the connection is gone', async () => {
    const { gate, connection } = setUp();
    const calls = [1, 2, 3, 4, 5, 6, 7].map((feature) => gate.call(ask, { feature }));
    connection.close();
    const codes = (await Promise.allSettled(calls)).map((each) => each.status === 'rejected' && each.reason.code);
    expect(codes).toEqual(Array(7).fill('CLOSED'));
  });
});
