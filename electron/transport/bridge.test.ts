import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { Bridge } from './bridge.ts';
import { printable, refuseGarbage } from './first-packet.ts';
import { TransportError } from './transport.ts';

function harness(options: { endsWhenGone?: boolean; inspect?: typeof refuseGarbage } = {}) {
  const input = new PassThrough();
  const output = new PassThrough();
  let leave: (error?: TransportError) => void = () => undefined;
  let shut = 0;
  const gone = new Promise<TransportError | undefined>((resolve) => {
    leave = resolve;
  });
  const seen: string[] = [];
  const bridge = new Bridge({
    input,
    output,
    gone,
    ...options,
    shut: () => {
      shut += 1;
    },
  });
  bridge.on('error', (error) => seen.push(`error ${(error as TransportError).code}`));
  bridge.on('end', () => seen.push('end'));
  bridge.on('close', () => seen.push('close'));
  return { input, output, bridge, seen, leave, shuts: () => shut };
}

const turn = async () => {
  for (let i = 0; i < 5; i += 1) await new Promise(setImmediate);
};
const packet = (length: number) => {
  const bytes = Buffer.alloc(Math.max(4, Math.min(length, 64)));
  bytes.writeUInt32BE(length);
  return bytes;
};

it('carries bytes both ways, and half-closes', async () => {
  const { input, output, bridge, seen } = harness();
  const got: Buffer[] = [];
  bridge.on('data', (chunk: Buffer) => got.push(chunk));
  bridge.end('question');
  await turn();
  expect(output.read().toString()).toBe('question');
  expect(output.writableEnded).toBe(true);
  input.end('answer');
  await turn();
  expect(Buffer.concat(got).toString()).toBe('answer');
  expect(seen).toEqual(['end', 'close']);
});

it('stops taking when nobody reads', async () => {
  const { input, bridge } = harness();
  for (let i = 0; i < 100; i += 1) input.write(Buffer.alloc(4096));
  await turn();
  expect(input.isPaused()).toBe(true);
  let read = 0;
  bridge.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  await turn();
  expect(read).toBe(409_600);
});

it('lets go of both ends once, however it is destroyed', async () => {
  const { bridge, seen, shuts } = harness();
  bridge.destroy();
  bridge.destroy(new TransportError('CANCELLED', 'late'));
  await turn();
  expect(seen).toEqual(['close']);
  expect(shuts()).toBe(1);
});

it('closes when the far side goes with a write it never took', async () => {
  const { input, output, bridge, seen, leave } = harness();
  output.write = () => false;
  bridge.resume();
  bridge.write('never taken');
  input.end();
  leave();
  await turn();
  expect(seen).toEqual(['end', 'close']);
});

it('makes the reason a helper went for its error, not an end', async () => {
  const { input, bridge, seen, leave } = harness({ endsWhenGone: true });
  bridge.resume();
  input.end();
  await turn();
  expect(seen).toEqual([]);
  leave(new TransportError('HELPER_FAILED', 'no'));
  await turn();
  expect(seen).toEqual(['error HELPER_FAILED', 'close']);
});

it.each([
  [27, 'error STREAM_GARBAGE'],
  [28, undefined],
  [33_554_436, undefined],
  [33_554_437, 'error STREAM_GARBAGE'],
])('judges a first packet of %d bytes, even byte by byte', async (length, error) => {
  const { input, bridge, seen } = harness({ inspect: refuseGarbage });
  const got: Buffer[] = [];
  bridge.on('data', (chunk: Buffer) => got.push(chunk));
  for (const byte of packet(length)) input.write(Buffer.from([byte]));
  await turn();
  expect(seen[0]).toBe(error);
  expect(Buffer.concat(got)).toEqual(error === undefined ? packet(length) : Buffer.alloc(0));
});

it('refuses a stream that ends before a packet can begin', async () => {
  const { input, bridge, seen } = harness({ inspect: refuseGarbage });
  bridge.resume();
  input.end('ha');
  await turn();
  expect(seen).toEqual(['error STREAM_GARBAGE', 'close']);
});

it("shows a far side's text as one short line", () => {
  expect(printable(Buffer.from('\x1b[31mWelcome\r\n\tto \u202ekvm-a\0'))).toBe('[31mWelcome to kvm-a');
  expect(printable('x'.repeat(400))).toBe(`${'x'.repeat(300)}…`);
});
