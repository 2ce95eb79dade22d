import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorCode } from '../../shared/libvirt/flags.ts';
import { RpcConnection } from './connection.ts';
import { ConnectionError, LibvirtError } from './errors.ts';
import { FakePeer, wireError } from './fake-peer.ts';
import { encodePacket, packetStatus, packetType, program } from './frame.ts';
import { events, procedures } from './procedures.ts';
import { encode } from './xdr.ts';

const domain = { name: 'vm', uuid: Buffer.alloc(16, 7), id: 1 };
const { connectGetType: getType, connectGetHostname: getHostname, domainScreenshot: screenshot } = procedures;
const picture = { domain, screen: 0, flags: 0 };
let peer: FakePeer;
let connection: RpcConnection;
let lines: string[];

beforeEach(() => {
  peer = new FakePeer();
  lines = [];
  connection = new RpcConnection(peer.stream, (line) => lines.push(line));
});
afterEach(() => connection.close());

/** The ConnectionError's code that a call ends with, or what it ended with instead. */
const fate = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => value,
    (error) => (error instanceof ConnectionError ? error.code : error),
  );

describe('calls', () => {
  it('go out with rising serials, and may be answered in any order', async () => {
    const calls = [connection.call(getType, {}), connection.call(getHostname, {}), connection.call(getType, {})];
    const packets = await peer.until(3);
    expect(
      packets.map(({ program, procedure, type, serial, status }) => [program, procedure, type, serial, status]),
    ).toEqual([
      [0x2000_8086, 3, 0, 1, 0],
      [0x2000_8086, 59, 0, 2, 0],
      [0x2000_8086, 3, 0, 3, 0],
    ]);
    peer.reply(getType, 3, { type: 'LXC' });
    peer.reply(getHostname, 2, { hostname: 'kvm-a' });
    peer.reply(getType, 1, { type: 'QEMU' });
    expect(await Promise.all(calls)).toEqual([{ type: 'QEMU' }, { hostname: 'kvm-a' }, { type: 'LXC' }]);
  });

  it('an error reply is a LibvirtError, and the connection goes on', async () => {
    const refused = connection.call(getType, {});
    await peer.until(1);
    peer.refuse(getType, 1, { code: 77, domain: 35, level: 2, message: 'riskant' });
    await expect(refused).rejects.toMatchObject({
      name: 'LibvirtError',
      code: errorCode.SNAPSHOT_REVERT_RISKY,
      domain: 35,
      level: 2,
      message: 'riskant',
      codeName: 'SNAPSHOT_REVERT_RISKY',
    });
    const next = connection.call(getType, {});
    await peer.until(2);
    peer.reply(getType, 2, { type: 'QEMU' });
    expect(await next).toEqual({ type: 'QEMU' });
  });

  it('an answer in many pieces is put together', async () => {
    const call = connection.call(getType, {});
    await peer.until(1);
    const payload = encode(getType.result, { type: 'QEMU' });
    const bytes = encodePacket({ program: program.remote, procedure: 3, type: 1, serial: 1, status: 0, payload });
    for (const byte of bytes) peer.write(Buffer.from([byte]));
    expect(await call).toEqual({ type: 'QEMU' });
  });

  it('bad arguments are refused here, and nothing is sent', async () => {
    await expect(connection.call(procedures.connectSupportsFeature, { feature: 2 ** 40 })).rejects.toThrow('range');
    await expect(connection.receive(screenshot, { ...picture, screen: -1 })).rejects.toThrow('range');
    const call = connection.call(getType, {});
    await peer.until(1);
    expect(peer.packets).toHaveLength(1);
    peer.reply(getType, peer.packets[0]?.serial ?? 0, { type: 'QEMU' });
    await call;
  });
});

describe('abort', () => {
  it('stops the waiting, and the late answer does no harm', async () => {
    const stop = new AbortController();
    const aborted = connection.call(getType, {}, stop.signal);
    const other = connection.call(getHostname, {});
    await peer.until(2);
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    peer.reply(getType, 1, { type: 'QEMU' });
    peer.reply(getHostname, 2, { hostname: 'kvm-a' });
    expect(await other).toEqual({ hostname: 'kvm-a' });
  });

  it('an aborted signal sends nothing', async () => {
    const reason = new Error('before');
    await expect(connection.call(getType, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
    const call = connection.call(getHostname, {});
    expect((await peer.packet(0)).procedure).toBe(getHostname.number);
    peer.reply(getHostname, peer.packets[0]?.serial ?? 0, { hostname: '' });
    await call;
  });

  it('an abort after the answer changes nothing', async () => {
    const stop = new AbortController();
    const call = connection.call(getType, {}, stop.signal);
    await peer.until(1);
    peer.reply(getType, 1, { type: 'QEMU' });
    await call;
    stop.abort();
    expect(await call).toEqual({ type: 'QEMU' });
  });
});

describe('events', () => {
  const started = { callbackId: 0, domain, event: 2, detail: 0 };
  const tell = (body = started) =>
    peer.send({
      procedure: events.lifecycle.number,
      type: packetType.message,
      payload: encode(events.lifecycle.body, body),
    });
  /** Everything sent before has been read when this returns. */
  const settle = async () => {
    const { length } = peer.packets;
    const call = connection.call(getType, {});
    const { serial } = (await peer.until(length + 1)).at(-1) ?? { serial: 0 };
    peer.reply(getType, serial, { type: '' });
    await call;
  };

  it('reach their listeners until these stop', async () => {
    const seen: unknown[] = [];
    const stop = connection.on('lifecycle', (body) => seen.push(body));
    connection.on('lifecycle', ({ event }) => seen.push(event));
    connection.on('reboot', () => seen.push('reboot'));
    tell();
    await settle();
    expect(seen).toEqual([started, 2]);
    stop();
    tell({ ...started, event: 5 });
    await settle();
    expect(seen).toEqual([started, 2, 5]);
  });

  it('that come without end leave others their turns', async () => {
    let [seen, turns] = [0, 0];
    connection.on('lifecycle', () => seen++);
    const count = () => {
      turns++;
      if (seen < 200_000) setImmediate(count);
    };
    setImmediate(count);
    for (let n = 0; n < 200_000; n++) tell();
    await vi.waitFor(() => expect(seen).toBe(200_000), 30_000);
    expect(turns).toBeGreaterThan(3);
  });

  it('that nobody knows are ignored, and logged', async () => {
    peer.send({ procedure: 333, type: packetType.message, payload: Buffer.from('anything') });
    peer.send({ program: program.qemu, procedure: 318, type: packetType.message });
    peer.send({ procedure: 1, type: packetType.call });
    await settle();
    expect(lines).toEqual([
      'ignored event 333 of program 20008086',
      'ignored event 318 of program 20008087',
      'ignored a packet of type 0, procedure 1',
    ]);
  });

  it('that nobody knows are told of only so often', async () => {
    for (let n = 0; n < 1_000; n++) peer.send({ procedure: 333, type: packetType.message });
    await settle();
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toContain('more of them are not told');
  });

  it('do not end the connection when a listener throws', async () => {
    const seen: number[] = [];
    connection.on('lifecycle', () => {
      throw new Error('ours');
    });
    connection.on('lifecycle', ({ event }) => seen.push(event));
    tell();
    await settle();
    expect(seen).toEqual([2]);
    expect(lines).toEqual(['a listener to lifecycle failed: Error: ours']);
  });

  it('stop when a listener closes the connection, within the same bytes too', async () => {
    const seen: number[] = [];
    connection.on('lifecycle', ({ event }) => {
      seen.push(event);
      connection.close();
    });
    const payload = encode(events.lifecycle.body, started);
    const packet = { program: program.remote, procedure: 318, type: packetType.message, serial: 0, status: 0, payload };
    peer.write(Buffer.concat([encodePacket(packet), encodePacket(packet)]));
    await connection.ended;
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([2]);
  });

  it('that cannot be decoded end it', async () => {
    peer.send({ procedure: events.lifecycle.number, type: packetType.message, payload: Buffer.alloc(3) });
    expect(await connection.ended).toMatchObject({ code: 'PROTOCOL' });
  });
});

describe('streams', () => {
  const data = (payload: Buffer, status: number = packetStatus.continue) =>
    peer.send({ procedure: screenshot.number, type: packetType.stream, serial: 1, status, payload });
  const mime = () => peer.reply(screenshot, 1, { mime: 'image/png' });
  const end = () => data(Buffer.alloc(0));

  it.each([
    ['after the reply', () => [mime, () => data(Buffer.from('ab')), () => data(Buffer.from('cd')), end]],
    ['before the reply', () => [() => data(Buffer.from('ab')), () => data(Buffer.from('cd')), end, mime]],
    ['around the reply', () => [() => data(Buffer.from('ab')), mime, () => data(Buffer.from('cd')), end]],
    ['ended with status OK', () => [mime, () => data(Buffer.from('abcd')), () => data(Buffer.alloc(0), 0)]],
  ])('that come %s are put together and acknowledged', async (_, steps) => {
    const received = connection.receive(screenshot, picture);
    await peer.until(1);
    for (const step of steps()) step();
    expect(await received).toEqual({ result: { mime: 'image/png' }, data: Buffer.from('abcd') });
    expect(await peer.packet(1)).toMatchObject({
      type: packetType.stream,
      status: packetStatus.ok,
      serial: 1,
      procedure: screenshot.number,
      payload: Buffer.alloc(0),
    });
  });

  it('may fail half-way; what comes after is ignored', async () => {
    const received = connection.receive(screenshot, picture);
    await peer.until(1);
    mime();
    data(Buffer.from('ab'));
    data(wireError({ code: errorCode.OPERATION_FAILED }), packetStatus.error);
    await expect(received).rejects.toMatchObject({ name: 'LibvirtError', codeName: 'OPERATION_FAILED' });
    end();
    const call = connection.call(getType, {});
    await peer.until(2);
    peer.reply(getType, 2, { type: 'QEMU' });
    expect(await call).toEqual({ type: 'QEMU' });
  });

  it('may come in pieces of a byte, which cost no more than all of it', async () => {
    const received = connection.receive(screenshot, picture, { limit: 100_000 });
    await peer.until(1);
    mime();
    for (let n = 0; n < 100_000; n++) data(Buffer.from([n & 0xff]));
    end();
    const { data: bytes } = await received;
    expect([bytes.length, bytes[0], bytes[255], bytes[99_999]]).toEqual([100_000, 0, 255, 99_999 & 0xff]);
    expect(bytes.buffer.byteLength).toBeLessThanOrEqual(200_000);
  });

  it('that go on for ever after they were aborted end the connection', async () => {
    const received = connection.receive(screenshot, picture, { limit: 10 });
    const end = fate(received);
    await peer.until(1);
    mime();
    const piece = Buffer.alloc(4 << 20);
    for (let n = 0; n < 70 && !peer.closed; n++) {
      data(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await end;
    expect((await connection.ended).code).toBe('PROTOCOL');
  });

  it('a refused call has no stream', async () => {
    const received = connection.receive(screenshot, picture);
    await peer.until(1);
    peer.refuse(screenshot, 1, { code: errorCode.OPERATION_INVALID });
    await expect(received).rejects.toMatchObject({ codeName: 'OPERATION_INVALID' });
  });

  /** The connection still answers, and what came before has been read. */
  const goesOn = async () => {
    const call = connection.call(getType, {});
    peer.reply(getType, (await asked(getType)).serial, { type: 'QEMU' });
    expect(await call).toEqual({ type: 'QEMU' });
  };
  let last = 0;
  beforeEach(() => {
    last = 0;
  });
  /** The packet of the call of a procedure that was made just now. */
  const asked = async ({ number }: { number: number }) => {
    for (let index = 0; ; index++) {
      const packet = await peer.packet(index);
      if (packet.procedure !== number || packet.type !== packetType.call || packet.serial <= last) continue;
      last = packet.serial;
      return packet;
    }
  };
  const aborted = { type: packetType.stream, status: packetStatus.error, serial: 1, procedure: screenshot.number };
  const aborts = () => peer.packets.filter(({ type, status }) => type === packetType.stream && status === 1);

  it.each([
    ['64 MiB', undefined, 64 * 1024 * 1024],
    ['its own limit', { limit: 5 }, 5],
    ['a limit of nothing', { limit: 0 }, 0],
  ])('over %s are aborted, and nothing else ends', async (_, options, limit) => {
    for (const data0 of [false, true]) {
      const received = connection.receive(screenshot, picture, options);
      const { serial } = await asked(screenshot);
      const stream = (payload: Buffer) =>
        peer.send({ procedure: screenshot.number, type: packetType.stream, serial, status: 2, payload });
      if (!data0) peer.reply(screenshot, serial, { mime: null });
      for (let left = limit; left > 0; left -= 16 * 1024 * 1024) stream(Buffer.alloc(Math.min(left, 16 * 1024 * 1024)));
      stream(Buffer.alloc(1));
      await expect(received).rejects.toMatchObject({ name: 'StreamLimitError', limit });
      if (data0) peer.reply(screenshot, serial, { mime: null }); // the data came first
      stream(Buffer.alloc(9)); // what was under way
      stream(Buffer.alloc(0)); // the daemon's confirmation
      await goesOn();
      expect(aborts().at(-1)).toMatchObject({ ...aborted, serial, payload: Buffer.alloc(0) });
    }
    expect(aborts()).toHaveLength(2);
  });

  it('of just their limit are received', async () => {
    const received = connection.receive(screenshot, picture, { limit: 4 });
    await peer.until(1);
    for (const step of [mime, () => data(Buffer.from('abcd')), end]) step();
    expect((await received).data.toString()).toBe('abcd');
    expect(aborts()).toEqual([]);
  });

  it.each([
    ['once libvirt has answered', [mime], []],
    ['once data have come', [() => data(Buffer.from('ab'))], [mime]],
    ['when it answers at last', [], [mime]],
    ['when data come at last', [], [() => data(Buffer.from('ab')), mime]],
    ['though all has come, and only the answer is missing', [() => data(Buffer.from('ab')), end], [mime]],
  ])('are aborted by a signal %s', async (_, before, after) => {
    const stop = new AbortController();
    let settled = 0;
    const options = { signal: stop.signal, settled: () => settled++ };
    const received = connection.receive(screenshot, picture, options);
    await peer.until(1);
    const kept = expect(received).rejects.toThrow('enough');
    for (const step of before) step();
    await goesOn();
    const reason = new Error('enough');
    stop.abort(reason);
    await kept;
    if (before.length === 0) expect(aborts()).toEqual([]); // the daemon would not know what is meant
    for (const step of after) step();
    end();
    await goesOn();
    expect(aborts()).toMatchObject([{ ...aborted, payload: Buffer.alloc(0) }]);
    expect(settled).toBe(1);
  });

  it('are not aborted where the call was refused after the signal, or before it was sent', async () => {
    const stop = new AbortController();
    let settled = 0;
    const options = { signal: stop.signal, settled: () => settled++ };
    const received = connection.receive(screenshot, picture, options);
    await peer.until(1);
    stop.abort(new Error('enough'));
    await expect(received).rejects.toThrow('enough');
    expect(settled).toBe(0);
    peer.refuse(screenshot, 1, { code: errorCode.OPERATION_INVALID });
    await goesOn();
    expect(settled).toBe(1);
    await expect(connection.receive(screenshot, picture, options)).rejects.toThrow('enough');
    expect(settled).toBe(2);
    await goesOn();
    expect(peer.packets.filter(({ procedure }) => procedure === screenshot.number)).toHaveLength(1);
  });

  it('are not aborted by a signal when they are over', async () => {
    const stop = new AbortController();
    const received = connection.receive(screenshot, picture, { signal: stop.signal });
    await peer.until(1);
    for (const step of [mime, () => data(Buffer.from('abcd')), end]) step();
    await received;
    stop.abort();
    await goesOn();
    expect(aborts()).toEqual([]);
  });

  it('may end in any order of packets, and never harm another call', async () => {
    const step = fc.constantFrom('reply', 'refuse', 'data', 'end', 'error', 'abort');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const stop = new AbortController();
        let settled = 0;
        const options = { limit: 3, signal: stop.signal, settled: () => settled++ };
        const received = connection.receive(screenshot, picture, options).catch((error: Error) => error.name);
        const { serial } = await asked(screenshot);
        const before = aborts().length;
        const stream = (payload: Buffer, status: number = packetStatus.continue) =>
          peer.send({ procedure: screenshot.number, type: packetType.stream, serial, status, payload });
        let answered = false;
        const acts: Record<(typeof steps)[number], () => void> = {
          reply: () => answered || peer.reply(screenshot, serial, { mime: null }),
          refuse: () => answered || peer.refuse(screenshot, serial, { code: 1 }),
          data: () => stream(Buffer.alloc(2)),
          end: () => stream(Buffer.alloc(0)),
          error: () => stream(wireError({ code: 1 }), packetStatus.error),
          abort: () => stop.abort(),
        };
        for (const each of [...steps, 'reply' as const, 'end' as const]) {
          acts[each]();
          answered ||= each === 'reply' || each === 'refuse';
        }
        await goesOn();
        await received;
        expect(settled).toBe(1);
        expect(aborts().length - before).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('end with the connection', async () => {
    const received = fate(connection.receive(screenshot, picture));
    await peer.until(1);
    mime();
    peer.end();
    expect(await received).toBe('LOST');
  });
});

describe('the end', () => {
  const reply = { type: packetType.reply, serial: 1, procedure: getType.number };
  it.each<[string, () => void]>([
    ['a reply that cannot be decoded', () => peer.send({ ...reply, payload: Buffer.from([0, 0, 0, 9]) })],
    ['a reply with bytes left over', () => peer.send({ ...reply, payload: Buffer.alloc(8) })],
    ['an error reply that cannot be decoded', () => peer.send({ ...reply, status: packetStatus.error })],
    ['a reply to another procedure', () => peer.reply(getHostname, 1, { hostname: 'x' })],
    ['a reply of another program', () => peer.send({ ...reply, program: program.qemu, payload: Buffer.alloc(4) })],
    ['an unknown serial', () => peer.reply(getType, 99, { type: 'x' })],
    ['a packet that is too long', () => peer.write(Buffer.from('02000005', 'hex'))],
    ['a packet that is too short', () => peer.write(Buffer.from('0000001b', 'hex'))],
    ['garbage', () => peer.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))],
  ])('%s: PROTOCOL for every call', async (_, act) => {
    const calls = [connection.call(getType, {}), connection.call(getHostname, {})].map(fate);
    await peer.until(2);
    act();
    expect(await Promise.all(calls)).toEqual(['PROTOCOL', 'PROTOCOL']);
    const reason = await connection.ended;
    expect(reason.cause).toBeInstanceOf(Error);
    await expect(connection.call(getType, {})).rejects.toBe(reason);
    expect(peer.stream.destroyed).toBe(true);
  });

  it('nothing after the bytes that ended it counts', async () => {
    const [first, second] = [connection.call(getType, {}), connection.call(getType, {})].map(fate);
    await peer.until(2);
    const answer = (serial: number) => {
      const payload = encode(getType.result, { type: 'QEMU' });
      return encodePacket({ program: program.remote, procedure: 3, type: 1, serial, status: 0, payload });
    };
    peer.write(Buffer.concat([answer(1), answer(77), answer(2)]));
    expect(await first).toEqual({ type: 'QEMU' });
    expect(await second).toBe('PROTOCOL');
  });

  it('the peer ends: LOST', async () => {
    const calls = [connection.call(getType, {}), connection.call(getHostname, {})].map(fate);
    await peer.until(2);
    peer.end();
    expect(await Promise.all(calls)).toEqual(['LOST', 'LOST']);
    expect(await connection.ended).toMatchObject({ code: 'LOST' });
  });

  it('the stream breaks: LOST, with the cause', async () => {
    const call = fate(connection.call(getType, {}));
    await peer.until(1);
    const cause = new Error('read ECONNRESET');
    peer.fail(cause);
    expect(await call).toBe('LOST');
    expect(await connection.ended).toMatchObject({ code: 'LOST', message: 'read ECONNRESET', cause });
  });

  it('the stream is closed without a word: LOST', async () => {
    const call = fate(connection.call(getType, {}));
    peer.stream.destroy();
    expect(await call).toBe('LOST');
  });

  it('close(): CLOSED, once and for all', async () => {
    const calls = [fate(connection.call(getType, {})), fate(connection.receive(screenshot, picture))];
    await peer.until(2);
    connection.close();
    connection.close();
    expect(await Promise.all(calls)).toEqual(['CLOSED', 'CLOSED']);
    expect(await connection.ended).toMatchObject({ code: 'CLOSED' });
    expect(await fate(connection.call(getType, {}))).toBe('CLOSED');
    expect(await fate(connection.receive(screenshot, picture))).toBe('CLOSED');
    await vi.waitFor(() => expect(peer.closed).toBe(true), 30_000);
    expect(peer.packets).toHaveLength(2);
  });
});

describe('keepalive', () => {
  const pings = () => peer.packets.filter((packet) => packet.program === program.keepalive && packet.procedure === 1);
  const pace = { intervalMs: 5_000, count: 3 };
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const flush = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const pass = async (intervals: number) => {
    for (let i = 0; i < intervals; i++) {
      vi.advanceTimersByTime(pace.intervalMs);
      await flush();
    }
  };

  it('answers PING with PONG, also before it was started', async () => {
    peer.send({ program: program.keepalive, procedure: 1, type: packetType.message });
    expect(await peer.packet(0)).toEqual({
      program: 0x6b65_6570,
      procedure: 2,
      type: packetType.message,
      serial: 0,
      status: 0,
      payload: Buffer.alloc(0),
    });
  });

  it('gives no more signs of life to a peer that reads none', async () => {
    const ping = encodePacket({
      program: program.keepalive,
      procedure: 1,
      type: packetType.message,
      serial: 0,
      status: 0,
      payload: Buffer.alloc(0),
    });
    const unread = new Duplex({ read() {}, write() {}, highWaterMark: 1 });
    const pinged = new RpcConnection(unread);
    unread.push(Buffer.concat(Array(20_000).fill(ping)));
    await flush();
    expect(unread.writableLength).toBeGreaterThan(0);
    expect(unread.writableLength).toBeLessThan(70_000);
    pinged.close();
  });

  it('asks nothing until it is started', async () => {
    await pass(20);
    expect(peer.packets).toEqual([]);
  });

  it('asks after each silent interval, then gives up: NO_ANSWER', async () => {
    const call = fate(connection.call(getType, {}));
    connection.startKeepalive(pace);
    await pass(3);
    expect(pings()).toHaveLength(3);
    await pass(1);
    expect(await call).toBe('NO_ANSWER');
    expect(await connection.ended).toMatchObject({ code: 'NO_ANSWER', message: expect.stringContaining('20 s') });
    await pass(5);
    expect(pings()).toHaveLength(3);
  });

  it.each<[string, () => void]>([
    ['a PONG', () => peer.send({ program: program.keepalive, procedure: 2, type: packetType.message })],
    ['an event', () => peer.send({ procedure: 333, type: packetType.message })],
    ['half a packet', () => peer.write(Buffer.from('00000020', 'hex'))],
  ])('%s resets the count', async (_, act) => {
    connection.startKeepalive(pace);
    await pass(3);
    act();
    await flush();
    await pass(4);
    expect(pings()).toHaveLength(6);
    expect(peer.closed).toBe(false);
    await pass(1);
    expect(await connection.ended).toMatchObject({ code: 'NO_ANSWER' });
  });

  it('stops with the connection', async () => {
    connection.startKeepalive(pace);
    connection.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('any bytes from the peer', () => {
  const packets = fc.record({
    program: fc.constantFrom(program.remote, program.qemu, program.keepalive, 0),
    procedure: fc.constantFrom(
      getType.number,
      screenshot.number,
      ...Object.values(events).map((each) => each.number),
      1,
      2,
    ),
    type: fc.integer({ min: -1, max: 7 }),
    serial: fc.integer({ min: 0, max: 3 }),
    status: fc.integer({ min: -1, max: 3 }),
    payload: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  });

  it('settle every call, and crash nothing', async () => {
    const bytes = fc.oneof(
      packets.map(encodePacket),
      fc.uint8Array({ maxLength: 80 }).map((each) => Buffer.from(each)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 6 }), async (chunks) => {
        const side = new FakePeer();
        const fuzzed = new RpcConnection(side.stream);
        const calls = [fuzzed.call(getType, {}), fuzzed.receive(screenshot, picture)];
        await side.until(2);
        for (const chunk of chunks) side.write(chunk);
        side.end();
        for (const outcome of await Promise.allSettled(calls))
          if (outcome.status === 'rejected')
            expect([ConnectionError, LibvirtError].some((type) => outcome.reason instanceof type)).toBe(true);
        expect(['LOST', 'PROTOCOL']).toContain((await fuzzed.ended).code);
      }),
      { numRuns: 300 },
    );
  });
});
