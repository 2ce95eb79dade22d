import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tellReaching } from './reaching.ts';

const server: Server = createServer();
beforeAll(() => new Promise<void>((resolve) => server.listen(0, resolve)));
afterAll(() => void server.close());

/** The steps of a connection to a host, until it is there or has failed. */
async function stepsTo(host: string): Promise<string[]> {
  const steps: string[] = [];
  const socket: Socket = connect({ host, port: (server.address() as { port: number }).port });
  tellReaching(socket, host, (step) => steps.push(step));
  await new Promise((resolve) => socket.once('connect', resolve).once('error', resolve));
  socket.destroy();
  return steps;
}

it('an address is connected to at once, a name is looked up first', async () => {
  expect(await stepsTo('127.0.0.1')).toEqual(['connect']);
  expect(await stepsTo('localhost')).toEqual(['resolve', 'connect']);
});

it('a name that nobody knows does not come further', async () => {
  expect(await stepsTo('no-such-host.invalid')).toEqual(['resolve']);
});
