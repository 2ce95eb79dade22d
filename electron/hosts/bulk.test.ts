import { expect, it, vi } from 'vitest';
import { RpcConnection } from '../libvirt/connection.ts';
import { FakePeer } from '../libvirt/fake-peer.ts';
import { procedures } from '../libvirt/procedures.ts';
import { Bulk } from './bulk.ts';

const { connectSupportsFeature: ask } = procedures;
const turn = () => new Promise((resolve) => setTimeout(resolve, 2));

/** What is behind it, and what takes its place where that is gone. */
function setUp() {
  const own = new FakePeer();
  const other = new FakePeer();
  const connection = new RpcConnection(own.stream);
  const instead = new RpcConnection(other.stream);
  const bulk = new Bulk(instead);
  const asked = (peer: FakePeer) => peer.packets.map((packet) => peer.args(ask, packet).feature);
  const answerAll = (peer: FakePeer, from = 0) => {
    for (const packet of peer.packets.slice(from))
      peer.reply(ask, packet.serial, { supported: peer.args(ask, packet).feature });
  };
  const calls = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, feature) => bulk.call(ask, { feature }).then((it) => it.supported)));
  return { own, other, connection, instead, bulk, asked, answerAll, calls };
}
const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

it('has many in flight on its own connection, and the rest in order behind them', async () => {
  const { own, other, connection, bulk, asked, answerAll, calls } = setUp();
  bulk.use(connection, 1);
  const answers = calls(100);
  await turn();
  const first = own.packets.length;
  expect(asked(own)).toEqual(numbers(first));
  expect(first).toBeGreaterThan(16);
  expect(first).toBeLessThan(100);
  for (let seen = 0; seen < 100; await turn()) {
    const from = seen;
    seen = own.packets.length;
    answerAll(own, from);
    await turn();
    if (own.packets.length === seen) break;
  }
  expect(await answers).toEqual(numbers(100));
  expect(asked(own)).toEqual(numbers(100));
  expect(other.packets).toEqual([]);
});

it('has more in flight to a host that is far away', async () => {
  const { own, connection, bulk, calls } = setUp();
  bulk.use(connection, 20);
  calls(1_000).catch(() => {});
  await turn();
  expect(own.packets.length).toBeGreaterThan(200);
  connection.close();
  bulk.close();
});

it('works without a connection of its own, a few at a time', async () => {
  const { other, asked, answerAll, calls } = setUp();
  const answers = calls(20);
  await turn();
  expect(other.packets).toHaveLength(16);
  answerAll(other);
  await turn();
  answerAll(other, 16);
  expect(await answers).toEqual(numbers(20));
  expect(asked(other)).toEqual(numbers(20));
});

it('asks elsewhere what was under way when its connection is lost, and what waited', async () => {
  const { own, other, connection, bulk, answerAll, calls } = setUp();
  bulk.use(connection, 1);
  const answers = calls(50);
  await turn();
  own.stream.destroy();
  for (let seen = 0; seen < 50; ) {
    await turn();
    answerAll(other, seen);
    seen = other.packets.length;
  }
  expect(await answers).toEqual(numbers(50));
});

it('passes on what libvirt refuses, and the end of both', async () => {
  const { own, connection, instead, bulk, calls } = setUp();
  bulk.use(connection, 1);
  const refused = calls(1);
  await turn();
  own.refuse(ask, own.packets[0]?.serial ?? 0, { code: 3 });
  await expect(refused).rejects.toMatchObject({ code: 3 });
  const lost = calls(1);
  lost.catch(() => {});
  instead.close();
  connection.close();
  await expect(lost).rejects.toMatchObject({ code: 'CLOSED' });
});

it('lets go of a connection that comes when it is closed already', async () => {
  const { connection, bulk } = setUp();
  bulk.close();
  bulk.use(connection, 1);
  await expect(connection.ended).resolves.toMatchObject({ code: 'CLOSED' });
});

it('lets what waits go another way while libvirt answers nothing, and comes back to its own', async () => {
  const { own, other, connection, bulk, asked, answerAll, calls } = setUp();
  bulk.use(connection, 1);
  const answers = calls(40);
  await turn();
  const stuck = own.packets.length;
  expect(stuck).toBeLessThan(40);
  let answered = 0;
  await vi.waitFor(() => {
    answerAll(other, answered);
    answered = other.packets.length;
    expect([...asked(own), ...asked(other)]).toEqual(numbers(40));
  });
  answerAll(own);
  expect(await answers).toEqual(numbers(40));
  const later = calls(1);
  await turn();
  answerAll(own, stuck);
  await later;
});
