import type { Duplex } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventId } from '../../shared/libvirt/flags.ts';
import { RpcConnection } from '../libvirt/connection.ts';
import { encodePacket, type Packet, PacketReader, packetType, program } from '../libvirt/frame.ts';
import { AuthenticationError, closeConnection, openConnection } from '../libvirt/open.ts';
import { procedures, remoteError } from '../libvirt/procedures.ts';
import { decode, encode } from '../libvirt/xdr.ts';
import { handlers } from './handlers/handlers.ts';
import { createSimulator, type Simulator } from './simulator.ts';
import { answer, connect, lookup, watch } from './testing.ts';

const signal = new AbortController().signal;
const opening = { name: 'qemu:///system', flags: 0 };
let simulator: Simulator;
beforeEach(() => {
  simulator = createSimulator({ revertMs: 0, keepalive: { intervalMs: 20, count: 2 } });
});
afterEach(() => simulator.close());

/** A client that can say anything, and collects what comes back. */
async function rawClient(): Promise<{ stream: Duplex; send(packet: Partial<Packet>): void; next(): Promise<Packet> }> {
  const stream = await simulator.dial(signal);
  const reader = new PacketReader();
  const packets: Packet[] = [];
  const waiting: ((packet: Packet) => void)[] = [];
  stream.on('data', (chunk: Buffer) => {
    for (const packet of reader.push(chunk)) {
      const next = waiting.shift();
      if (next) next(packet);
      else packets.push(packet);
    }
  });
  const usual = { program: program.remote, type: packetType.call, status: 0, serial: 7, payload: Buffer.alloc(0) };
  return {
    stream,
    send: (packet) => void stream.write(encodePacket({ ...usual, procedure: procedures.authList.number, ...packet })),
    async next() {
      return packets.shift() ?? (await new Promise((resolve) => waiting.push(resolve)));
    },
  };
}

describe('the protocol', () => {
  it('has an answer to every procedure of the table', () => {
    expect(Object.keys(handlers).toSorted()).toEqual(Object.keys(procedures).toSorted());
  });

  it('wants AUTH_LIST first, and one OPEN of a URI that it drives', async () => {
    const connection = new RpcConnection(await simulator.dial(signal));
    expect(await answer(connection.call(procedures.connectOpen, opening))).toBe('39/7');
    expect(await connection.call(procedures.authList, {})).toEqual({ types: [0] });
    expect(await answer(connection.call(procedures.connectGetHostname, {}))).toBe('1/7');
    expect(await answer(connection.call(procedures.connectOpen, { name: 'xen:///system', flags: 0 }))).toBe('5/0');
    expect(await answer(connection.call(procedures.connectOpen, { name: null, flags: 0 }))).toBe('ok');
    expect(await answer(connection.call(procedures.connectOpen, opening))).toBe('1/7');
    expect(await answer(connection.call(procedures.connectClose, {}))).toBe('ok');
    expect((await connection.ended).code).toBe('LOST');
  });

  it('knows polkit', async () => {
    simulator.faults.polkit('granted');
    expect(await connect(simulator)).toBeInstanceOf(RpcConnection);
    simulator.faults.polkit('refused');
    await expect(connect(simulator)).rejects.toBeInstanceOf(AuthenticationError);
  });

  it('answers unknown procedures, programs, types and arguments with 39/7, and goes on', async () => {
    const { send, next } = await rawClient();
    send({});
    expect((await next()).status).toBe(0);
    const bad: Partial<Packet>[] = [
      { procedure: 9_999 },
      { program: 0x1234_5678 },
      { program: program.qemu, procedure: 9_999 },
      { type: packetType.callWithFds },
      { procedure: procedures.connectOpen.number, payload: Buffer.from([0, 0, 0, 9]) },
      { payload: Buffer.alloc(4) },
    ];
    for (const packet of bad) {
      send(packet);
      const { status, payload, serial } = await next();
      expect([status, serial]).toEqual([1, 7]);
      expect(decode(remoteError, payload)).toMatchObject({ code: 39, domain: 7, level: 2 });
    }
    send({ procedure: procedures.connectOpen.number, payload: encode(procedures.connectOpen.args, opening) });
    expect((await next()).status).toBe(0);
  });

  it('lets a read-only connection look, and nothing else', async () => {
    const connection = new RpcConnection(await simulator.dial(signal));
    await connection.call(procedures.authList, {});
    await connection.call(procedures.connectOpen, { name: 'qemu:///system', flags: 1 });
    const domain = await lookup(connection, 'web-01');
    const snapshot = { name: 'hardened', domain };
    expect(await answer(connection.call(procedures.domainGetXmlDesc, { domain, flags: 0 }))).toBe('ok');
    expect(await answer(connection.call(procedures.domainGetXmlDesc, { domain, flags: 1 }))).toBe('29/6');
    expect(await answer(connection.call(procedures.domainSnapshotGetXmlDesc, { snapshot, flags: 1 }))).toBe('29/35');
    expect(await answer(connection.call(procedures.domainRevertToSnapshot, { snapshot, flags: 0 }))).toBe('29/35');
    expect(await answer(connection.call(procedures.domainDestroy, { domain }))).toBe('29/6');
  });

  it('answers many calls at once, out of order where one is slow', async () => {
    const connection = await connect(simulator);
    simulator.faults.delay('connectGetHostname', 3_600_000);
    const slow = answer(connection.call(procedures.connectGetHostname, {}));
    const quick = Array.from({ length: 200 }, () => connection.call(procedures.connectGetType, {}));
    expect(await Promise.race([slow, Promise.all(quick).then(({ length }) => length)])).toBe(200);
  });

  it('stops reading at five calls in flight, keepalive included', async () => {
    const { send, next } = await rawClient();
    send({});
    await next();
    simulator.faults.delay('authList', 10);
    for (let serial = 10; serial < 16; serial++) send({ serial });
    send({ program: program.keepalive, procedure: 1, type: packetType.message });
    const order = [];
    for (let i = 0; i < 7; i++) {
      const packet = await next();
      order.push(packet.program === program.keepalive ? 'pong' : packet.serial);
    }
    expect(order).toEqual([10, 11, 'pong', 12, 13, 14, 15]);
  });
});

describe('events', () => {
  it('reach only the callbacks that were registered for them', async () => {
    const [one, two] = [await connect(simulator), await connect(simulator)];
    const domain = await lookup(one, 'web-02');
    const seen: string[] = [];
    for (const [name, connection] of Object.entries({ one, two }))
      connection.on('lifecycle', (body) => seen.push(`${name} ${body.callbackId} ${body.domain.name} ${body.event}`));
    const register = (connection: RpcConnection, only: typeof domain | null) =>
      connection.call(procedures.domainEventCallbackRegisterAny, { eventId: eventId.lifecycle, domain: only });
    const { callbackId } = await register(one, domain);
    await register(one, null);
    await register(two, domain);
    simulator.hands.start('scratch');
    simulator.hands.resume('web-02');
    await one.call(procedures.domainEventCallbackDeregisterAny, { callbackId });
    simulator.hands.suspend('web-02');
    await Promise.all([one, two].map((each) => each.call(procedures.connectGetType, {})));
    expect(seen.filter((line) => line.startsWith('one'))).toEqual([
      'one 1 scratch 4',
      'one 1 scratch 2',
      'one 0 web-02 4',
      'one 1 web-02 4',
      'one 1 web-02 3',
    ]);
    expect(seen.filter((line) => line.startsWith('two'))).toEqual(['two 0 web-02 4', 'two 0 web-02 3']);
    expect(await answer(one.call(procedures.domainEventCallbackDeregisterAny, { callbackId }))).toBe('1/7');
    const nonsense = { eventId: 99, domain: null };
    expect(await answer(one.call(procedures.domainEventCallbackRegisterAny, nonsense))).toBe('1/7');
  });

  it('tell of jobs, blocks and the end of the hypervisor', async () => {
    const connection = await connect(simulator);
    const seen: unknown[] = [];
    connection.on('jobCompleted', ({ params }) => seen.push(params[0]?.value.value));
    connection.on('blockJob', ({ type, status }) => seen.push([type, status]));
    connection.on('connectionClosed', ({ reason }) => seen.push(`closed ${reason}`));
    for (const id of [eventId.jobCompleted, eventId.blockJob])
      await connection.call(procedures.domainEventCallbackRegisterAny, { eventId: id, domain: null });
    await connection.call(procedures.connectRegisterCloseCallback, {});
    const domain = await lookup(connection, 'fileserver');
    const xml = "<domainsnapshot><name>x</name><memory file='/x.mem'/></domainsnapshot>";
    await connection.call(procedures.domainSnapshotCreateXml, { domain, xml, flags: 0 });
    const snapshot = { name: 'x', domain };
    await connection.call(procedures.domainSnapshotDelete, { snapshot, flags: 0 });
    simulator.faults.closeBackend(1);
    await connection.call(procedures.connectGetType, {});
    expect(seen).toEqual([6, [4, 3], [4, 0], [4, 3], [4, 0], 'closed 1']);
  });
});

describe('faults', () => {
  it('fail a call once, with any code', async () => {
    const connection = await connect(simulator);
    simulator.faults.failNext('connectGetType', { code: 87, domain: 10, message: 'busy' });
    await expect(connection.call(procedures.connectGetType, {})).rejects.toThrow('busy');
    expect(await answer(connection.call(procedures.connectGetType, {}))).toBe('ok');
    expect(simulator.faults.calls.slice(-2)).toEqual(['connectGetType', 'connectGetType']);
  });

  it.each(['before', 'after'] as const)('drop the connection %s a call is done', async (when) => {
    const [connection, other] = [await connect(simulator), await connect(simulator)];
    const domain = await lookup(connection, 'web-01');
    simulator.faults.dropOnNext('domainDestroy', when);
    expect(await answer(connection.call(procedures.domainDestroy, { domain }))).toBe('LOST');
    expect((await other.ended).code).toBe('LOST');
    expect(simulator.hands.domain('web-01').state).toBe(when === 'after' ? 'shutoff' : 'running');
    expect(await connect(simulator)).toBeInstanceOf(RpcConnection);
  });

  it('send what is no protocol', async () => {
    const connection = await connect(simulator);
    simulator.faults.sendGarbage();
    expect((await connection.ended).code).toBe('PROTOCOL');
  });

  it('refuse to be dialled, and stay closed', async () => {
    simulator.faults.refuseDials(new Error('no route'));
    await expect(simulator.dial(signal)).rejects.toThrow('no route');
    simulator.faults.refuseDials(null);
    const connection = await connect(simulator);
    simulator.close();
    expect((await connection.ended).code).toBe('LOST');
    await expect(simulator.dial(signal)).rejects.toThrow('not running');
    await expect(simulator.dial(AbortSignal.abort())).rejects.toThrow();
  });

  it('keep silent until the client gives up, or go on where they were', async () => {
    const connection = await connect(simulator);
    connection.startKeepalive({ intervalMs: 10, count: 1 });
    simulator.faults.freeze();
    const waiting = answer(connection.call(procedures.connectGetType, {}));
    expect(await waiting).toBe('NO_ANSWER');
    simulator.faults.freeze(false);

    const patient = await connect(simulator);
    simulator.faults.freeze();
    const call = patient.call(procedures.connectGetType, {});
    await new Promise((resolve) => setTimeout(resolve, 5));
    simulator.faults.freeze(false);
    expect(await call).toEqual({ type: 'QEMU' });
  });

  it('end a client that does not answer its pings, but only one that said it would', async () => {
    const { stream, send, next } = await rawClient();
    const ended = new Promise((resolve) => stream.once('close', resolve));
    send({});
    await next();
    const payload = encode(procedures.connectSupportsFeature.args, { feature: 10 });
    send({ procedure: procedures.connectSupportsFeature.number, payload });
    await next();
    expect(await next()).toMatchObject({ program: program.keepalive, procedure: 1, type: 2, serial: 0 });
    await ended;
    const live = await connect(simulator);
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(await answer(live.call(procedures.connectGetType, {}))).toBe('ok');
    await closeConnection(live);
  });
});

describe('any bytes at all', () => {
  const numbers = Object.values(procedures).map(({ number }) => number);
  const packet = fc.record({
    program: fc.oneof(fc.constant<number>(program.remote), fc.nat()),
    procedure: fc.oneof(fc.constantFrom(...numbers), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    type: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 6 })),
    serial: fc.nat(),
    status: fc.integer({ min: 0, max: 2 }),
    payload: fc.uint8Array({ maxLength: 96 }).map((bytes) => Buffer.from(bytes)),
  });
  const stillThere = async () => {
    const connection = await connect(simulator);
    await watch(connection);
    expect(await answer(connection.call(procedures.connectGetType, {}))).toBe('ok');
    connection.close();
  };

  it('never bring the daemon down', async () => {
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
      packet.map(encodePacket),
    );
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(chunk, { maxLength: 12 }), async (authenticated, chunks) => {
        const { stream, send } = await rawClient();
        stream.on('error', () => {});
        if (authenticated) {
          send({});
          send({ procedure: procedures.connectOpen.number, payload: encode(procedures.connectOpen.args, opening) });
        }
        for (const bytes of chunks) if (!stream.destroyed) stream.write(bytes);
        await new Promise(setImmediate);
        stream.destroy();
        await stillThere();
      }),
      { numRuns: 150 },
    );
  });

  it('end the client with a ConnectionError instead of leaving it waiting', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 4, maxLength: 200 }), async (bytes) => {
        const connection = await openConnection(await simulator.dial(signal), 'qemu:///system');
        simulator.faults.freeze();
        const call = answer(connection.call(procedures.connectGetType, {}));
        simulator.faults.sendGarbage(bytes);
        await new Promise(setImmediate);
        simulator.faults.dropConnections();
        simulator.faults.freeze(false);
        expect(['PROTOCOL', 'LOST']).toContain(await call);
      }),
      { numRuns: 100 },
    );
  });
});
