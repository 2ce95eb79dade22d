import { expect, test } from 'vitest';
import { encodePacket, packetStatus, packetType, program } from '../../../electron/libvirt/frame.ts';
import { FrameCount } from './raw.ts';

const head = { program: program.remote, procedure: 186, type: packetType.reply, status: packetStatus.ok };
const bytes = Buffer.concat(
  [0, 1, 5_000, 3].map((size, serial) => encodePacket({ ...head, serial, payload: Buffer.alloc(size) })),
);

test.each([1, 3, 31, 33, 65_536])('answers are counted, whatever pieces of %d bytes cut', (size) => {
  const count = new FrameCount();
  for (let at = 0; at < bytes.length - 1; at += size)
    count.push(bytes.subarray(at, Math.min(at + size, bytes.length - 1)));
  expect(count.frames).toBe(3);
  count.push(bytes.subarray(-1));
  expect([count.frames, count.bytes]).toEqual([4, bytes.length]);
});
