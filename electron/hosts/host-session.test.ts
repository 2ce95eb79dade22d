import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { events, procedures } from '../libvirt/procedures.ts';
import { messagePacket } from '../simulator/event-packet.ts';
import { type Bench, createBench, uuidOf } from '../testing.ts';
import { TransportError } from '../transport/transport.ts';

let bench: Bench;
beforeEach(() => {
  bench = createBench([
    {
      name: 'on',
      uuid: uuidOf(1),
      state: 'running',
      id: 4,
      snapshots: [
        { name: 'a', ago: 60 },
        { name: 'b', ago: 30 },
      ],
    },
    { name: 'off', uuid: uuidOf(2) },
    { name: 'fleeting', uuid: uuidOf(3), state: 'paused', persistent: false },
  ]);
});
afterEach(() => bench.close());
const connected = async () => {
  bench.session.connect();
  return bench.status('connected');
};

describe('connecting', () => {
  it('greets the host and lists its domains', async () => {
    expect(bench.session.host.connection).toEqual({ status: 'disconnected' });
    expect(await connected()).toEqual({
      status: 'connected',
      connectedAt: expect.any(Number),
      driver: 'QEMU',
      libvirtVersion: 11_003_000,
      hypervisorVersion: 10_000_000,
      via: 'simulated',
      roundTripMs: expect.any(Number),
    });
    expect(bench.statuses()).toEqual(['connecting', 'connected']);
    await bench.until(() => bench.domain('on')?.snapshotCount !== null);
    expect(bench.session.domains).toEqual([
      {
        hostId: 'lab',
        uuid: uuidOf(1),
        name: 'on',
        id: 4,
        state: 'running',
        reason: 'booted',
        persistent: true,
        managedSave: false,
        snapshotCount: 2,
      },
      expect.objectContaining({ name: 'off', id: null, state: 'shutoff', snapshotCount: 0 }),
      expect.objectContaining({ name: 'fleeting', state: 'paused', persistent: false }),
    ]);
    const order = bench.events.map((event) => event.type);
    expect(order.indexOf('domains')).toBeLessThan(order.lastIndexOf('host'));
  });

  it('keeps reads, writes and what is read by the thousand on connections of their own', async () => {
    await connected();
    expect(bench.session.reads.connection).not.toBe(bench.session.writes.connection);
    const opened = () => bench.simulator.faults.calls.filter((name) => name === 'connectOpen').length;
    await vi.waitFor(() => expect(opened()).toBe(3));
  });

  it('a refusal that will not pass is not tried again', async () => {
    bench.simulator.faults.polkit('refused');
    bench.session.connect();
    const { problem } = await bench.status('refused');
    expect(problem.code).toBe('POLKIT_NO_AGENT');
    const tries = bench.simulator.faults.calls.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(bench.simulator.faults.calls).toHaveLength(tries);
    expect(bench.session.isConnected).toBe(false);
  });

  it.each([
    ['HOST_KEY_CHANGED', 'refused'],
    ['HOST_UNREACHABLE', 'retrying'],
  ] as const)('%s leads to %s', async (code, status) => {
    bench.simulator.faults.refuseDials(new TransportError(code, 'technical'));
    bench.session.connect();
    const { problem } = await bench.status(status);
    expect(problem).toMatchObject({ code, detail: 'technical' });
  });

  it('bytes that are no protocol are not asked for again', async () => {
    await connected();
    bench.simulator.faults.sendGarbage();
    expect((await bench.status('refused')).problem.code).toBe('PROTOCOL');
    expect(bench.session.isConnected).toBe(false);
  });

  it('a host that takes the stream and says nothing can be given up on', async () => {
    const dial = vi.spyOn(bench.simulator, 'dial');
    bench.simulator.faults.freeze();
    bench.session.connect();
    await bench.until(() => dial.mock.results.length === 2);
    const streams = await Promise.all(dial.mock.results.map((result) => result.value));
    await bench.session.disconnect();
    await bench.until(() => streams.every((stream) => stream.destroyed));
    expect(bench.statuses()).toEqual(['connecting', 'disconnected']);
  });
});

describe('a host that answers no more once it is opened', () => {
  it.each(['connectGetType', 'connectListAllDomains'] as const)(
    'at %s: disconnecting closes every stream at once',
    async (procedure) => {
      const dial = vi.spyOn(bench.simulator, 'dial');
      bench.simulator.faults.delay(procedure, 3_600_000);
      bench.session.connect();
      await bench.until(() => bench.simulator.faults.calls.includes(procedure));
      const streams = await Promise.all(dial.mock.results.map((result) => result.value));
      await bench.session.disconnect();
      await bench.until(() => streams.length === 2 && streams.every((stream) => stream.destroyed));
      expect(bench.statuses()).toEqual(['connecting', 'disconnected']);
    },
  );
});

describe('domains', () => {
  beforeEach(connected);

  it('follow libvirt’s events', async () => {
    bench.simulator.hands.start('off');
    await bench.until(() => bench.domain('off')?.state === 'running');
    expect(bench.domain('off')).toMatchObject({ id: expect.any(Number), reason: 'booted' });
    bench.simulator.hands.suspend('off');
    await bench.until(() => bench.domain('off')?.state === 'paused');
    bench.simulator.hands.managedSave('off');
    await bench.until(() => bench.domain('off')?.managedSave);
    expect(bench.domain('off')).toMatchObject({ state: 'shutoff', reason: 'saved', id: null });
  });

  it('that nobody has are not asked for one by one', async () => {
    const { calls } = bench.simulator.faults;
    const before = calls.length;
    const domain = { name: 'x', id: -1 };
    const told = Array.from({ length: 5_000 }, (_, n) =>
      messagePacket(events.lifecycle, {
        ...{ callbackId: 0, event: 2, detail: 0 },
        domain: { ...domain, uuid: Buffer.from(n.toString(16).padStart(32, 'a'), 'hex') },
      }),
    );
    bench.simulator.faults.sendGarbage(Buffer.concat(told));
    await bench.until(() => calls.slice(before).includes('connectListAllDomains'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(calls.length - before).toBeLessThan(200);
  });

  it('come and go', async () => {
    const { hands } = bench.simulator;
    hands.define({ ...hands.domain('off'), uuid: uuidOf(9), name: 'new' });
    await bench.until(() => bench.domain('new'));
    hands.undefine('new');
    await bench.until(() => !bench.domain('new'));
    hands.destroy('fleeting');
    await bench.until(() => !bench.domain('fleeting'));
    const removed = bench.events.flatMap((event) => (event.type === 'domain-removed' ? [event.uuid] : []));
    expect(removed).toEqual([uuidOf(9), uuidOf(3)]);
  });

  it('are published only when something about them changed', async () => {
    const told = () => bench.events.filter((event) => event.type === 'domain').length;
    bench.session.noteSnapshotCount(uuidOf(2), 5);
    bench.session.noteSnapshotCount(uuidOf(2), 5);
    bench.session.noteSnapshotCount('nobody', 5);
    expect(told()).toBe(1);
    expect(bench.domain('off')?.snapshotCount).toBe(5);
  });

  it('are left alone while they are held, and read when that is over', async () => {
    const { hands, faults } = bench.simulator;
    await bench.session.holding(uuidOf(2), async () => {
      expect(bench.session.isHeld(uuidOf(2))).toBe(true);
      const calls = faults.calls.length;
      hands.start('off');
      await bench.session.reads.call(procedures.connectGetType, {});
      expect(faults.calls.slice(calls)).toEqual(['connectGetType']);
      expect(bench.domain('off')?.state).toBe('shutoff');
    });
    expect(bench.session.isHeld(uuidOf(2))).toBe(false);
    await bench.until(() => bench.domain('off')?.state === 'running');
  });

  it('are let go when the change fails', async () => {
    const failing = bench.session.holding(uuidOf(2), () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(bench.session.isHeld(uuidOf(2))).toBe(false);
  });
});

describe('a connection that is lost', () => {
  beforeEach(connected);

  it('is had again without anybody doing anything', async () => {
    bench.simulator.hands.domain('off');
    bench.simulator.faults.dropConnections();
    const { problem, retryAt } = await bench.status('retrying');
    expect(problem.code).toBe('LOST');
    expect(retryAt - Date.now()).toBeLessThanOrEqual(1_250);
    expect(() => bench.session.reads).toThrow('not connected');
    expect(bench.session.domains).toHaveLength(3);
    bench.simulator.hands.start('off');
    await bench.status('connected');
    expect(bench.statuses()).toEqual(['connecting', 'connected', 'retrying', 'connecting', 'connected']);
    expect(bench.domain('off')?.state).toBe('running');
    bench.simulator.hands.destroy('off');
    await bench.until(() => bench.domain('off')?.state === 'shutoff');
  });

  it('is tried at once when asked', async () => {
    bench.simulator.faults.dropConnections();
    await bench.status('retrying');
    bench.session.connect();
    // A hundred turns of the event loop, and not the second that it would wait.
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(bench.statuses().slice(0, 4)).toEqual(['connecting', 'connected', 'retrying', 'connecting']);
    await bench.status('connected');
  });

  it('tells those who wait for it', async () => {
    const heard: (string | null)[] = [];
    const stop = bench.session.onChange((uuid) => heard.push(uuid));
    bench.simulator.faults.dropConnections();
    await bench.status('retrying');
    const waiting = bench.session.whenConnected(new AbortController().signal);
    const givenUp = bench.session.whenConnected(AbortSignal.timeout(5));
    await expect(givenUp).rejects.toMatchObject({ name: 'TimeoutError' });
    bench.session.connect();
    await waiting;
    expect(heard).toEqual([null, null]);
    stop();
  });
});

describe('something that has changed on the way', () => {
  it('has a host that waits be tried at once', async () => {
    bench.simulator.faults.refuseDials(new TransportError('SOCKET_REFUSED', 'no'));
    bench.session.connect();
    await bench.status('retrying');
    bench.simulator.faults.refuseDials(null);
    await bench.session.checkNow();
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(bench.statuses().slice(0, 3)).toEqual(['connecting', 'retrying', 'connecting']);
    await bench.status('connected');
  });

  it('leaves a connection that answers, and ends one that does not', async () => {
    await connected();
    await bench.session.checkNow();
    expect(bench.statuses()).toEqual(['connecting', 'connected']);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    bench.simulator.faults.freeze();
    const checked = bench.session.checkNow();
    await vi.advanceTimersByTimeAsync(5_000);
    vi.useRealTimers();
    await checked;
    bench.simulator.faults.freeze(false);
    await bench.until(() => bench.statuses().includes('retrying'));
    await bench.status('connected');
  });
});

it('tells how far connecting has come', async () => {
  await connected();
  const told = bench.events.flatMap((event) =>
    event.type === 'host' && event.host.connection.status === 'connecting' ? [event.host.connection.step] : [],
  );
  expect(told).toEqual(['queued', 'open', 'read']);
});

describe('disconnecting', () => {
  it('says goodbye on both connections and forgets the domains', async () => {
    await connected();
    await bench.session.disconnect();
    expect(bench.simulator.faults.calls.slice(-2)).toEqual(['connectClose', 'connectClose']);
    expect(bench.session.domains).toEqual([]);
    expect(bench.events.at(-1)).toMatchObject({ type: 'host', host: { connection: { status: 'disconnected' } } });
    expect(() => bench.session.reads).toThrow('not connected');
    expect(() => bench.session.writes).toThrow('not connected');
  });

  it('ends the trying', async () => {
    bench.simulator.faults.refuseDials(new TransportError('SOCKET_REFUSED', 'no'));
    bench.session.connect();
    await bench.status('retrying');
    await bench.session.disconnect();
    bench.simulator.faults.refuseDials(null);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(bench.statuses()).toEqual(['connecting', 'retrying', 'disconnected']);
  });

  it('during connecting wins', async () => {
    bench.simulator.faults.delay('connectListAllDomains', 40);
    bench.session.connect();
    await bench.until(() => bench.simulator.faults.calls.includes('connectListAllDomains'));
    await bench.session.disconnect();
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(bench.session.host.connection.status).toBe('disconnected');
    expect(bench.session.isConnected).toBe(false);
    expect(bench.session.domains).toEqual([]);
  });
});
