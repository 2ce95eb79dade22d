import type { Duplex } from 'node:stream';
import { throwIfAborted } from './abort.ts';
import type { Dial, Transport } from './transport.ts';

/** A transport of which every stream is a connection of its own, which `open` makes. */
export function streamPerDial(open: Dial, describe: () => string): Transport {
  const closing = new AbortController();
  const streams = new Set<Duplex>();
  return {
    dial: async (caller) => {
      const signal = AbortSignal.any([caller, closing.signal]);
      throwIfAborted(signal);
      const stream = await open(signal);
      streams.add(stream);
      stream.on('close', () => streams.delete(stream));
      return stream;
    },
    describe,
    close: () => {
      closing.abort();
      for (const stream of streams) stream.destroy();
    },
  };
}
