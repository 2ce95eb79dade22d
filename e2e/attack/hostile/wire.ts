import type { Writable } from 'node:stream';
import { encodePacket, type Packet, packetStatus, packetType, program } from '../../../electron/libvirt/frame.ts';
import { procedures } from '../../../electron/libvirt/procedures.ts';

export type ProcedureName = keyof typeof procedures;

const names = new Map<string, ProcedureName>(
  Object.entries(procedures).map(([name, { program, number }]) => [`${program}:${number}`, name as ProcedureName]),
);

/** Which procedure a packet is of. */
export function procedureOf({ program, procedure }: Packet): ProcedureName | undefined {
  return names.get(`${program}:${procedure}`);
}

/** A packet with what is not said as in an answer of the remote program. */
export function packet(parts: Partial<Packet>): Buffer {
  const usual = { program: program.remote, procedure: 0, type: packetType.reply, serial: 0, status: packetStatus.ok };
  return encodePacket({ ...usual, payload: Buffer.alloc(0), ...parts });
}

/** Writes, and waits while the other side does not read; false when there is no other side any more. */
export async function write(stream: Writable, bytes: Uint8Array): Promise<boolean> {
  if (stream.destroyed) return false;
  if (stream.write(bytes)) return true;
  await new Promise<void>((resolve) => {
    const go = () => {
      stream.off('drain', go).off('close', go);
      resolve();
    };
    stream.on('drain', go).on('close', go);
  });
  return !stream.destroyed;
}
