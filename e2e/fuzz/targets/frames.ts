import { isDeepStrictEqual } from 'node:util';
import { FrameError, type Packet, PacketReader, packetStatus } from '../../../electron/libvirt/frame.ts';
import { events, procedures, remoteError } from '../../../electron/libvirt/procedures.ts';
import { decode, encode, type Xdr, XdrError } from '../../../electron/libvirt/xdr.ts';
import type { Random } from '../../explore/random.ts';
import { mutatedBytes } from '../mutate.ts';
import { holds, type Target } from '../target.ts';
import type { Recorded } from './recorded.ts';

const codecs = new Map<string, Xdr<unknown>>([
  ...Object.values(procedures).map((row): [string, Xdr<unknown>] => [
    `${row.program}:${row.number}`,
    row.result as Xdr<unknown>,
  ]),
  ...Object.values(events).map((row): [string, Xdr<unknown>] => [
    `${row.program}:${row.number}`,
    row.body as Xdr<unknown>,
  ]),
]);

/** Packets one after the other, most of them changed. */
export function stream(random: Random, { bytes }: Recorded, count: number): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, () => {
      const honest = random.pick(bytes);
      if (random.chance(0.2)) return honest;
      const changed = mutatedBytes(random, honest, bytes);
      // Most keep their length true, so that what lies in them is read, too.
      if (changed.length >= 28 && random.chance(0.95)) changed.writeUInt32BE(changed.length, 0);
      return changed;
    }),
  );
}

/** Frames and what is in them: cut however they come, they are the same; what was decoded is encoded to the same. */
export function frames(recorded: Recorded): Target {
  return {
    name: 'frames',
    unit: 'frames',
    full: 1_000_000,
    draw: (random) => stream(random, recorded, 40),
    read(input) {
      const whole = packetsIn([input as Buffer]);
      const cut = packetsIn(pieces(input as Buffer));
      holds(isDeepStrictEqual(whole, cut), 'a stream is read the same way however it is cut');
      const refused = whole.filter((packet) => !decodes(packet)).length;
      return { units: whole.length, refused };
    },
  };
}

function packetsIn(chunks: readonly Buffer[]): Packet[] {
  const reader = new PacketReader();
  const packets: Packet[] = [];
  try {
    for (const chunk of chunks) for (const packet of reader.push(chunk)) packets.push(packet);
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
  }
  return packets;
}

function pieces(bytes: Buffer): Buffer[] {
  const cuts: Buffer[] = [];
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7 + 3) % 611)
    cuts.push(bytes.subarray(at, at + size));
  return cuts;
}

function decodes({ program, procedure, status, payload }: Packet): boolean {
  const codec = status === packetStatus.error ? (remoteError as Xdr<unknown>) : codecs.get(`${program}:${procedure}`);
  if (!codec) return false;
  try {
    const value = decode(codec, payload);
    // Of bytes that are no text something is lost, once.
    const again = decode(codec, encode(codec, value));
    holds(isDeepStrictEqual(again, value), `what procedure ${procedure} was decoded to is encoded to the same`);
    return true;
  } catch (error) {
    if (error instanceof XdrError) return false;
    throw error;
  }
}
