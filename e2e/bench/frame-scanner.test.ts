import { expect, test } from 'vitest';
import { encodePacket, packetStatus, packetType, program } from '../../electron/libvirt/frame.ts';
import { FrameScanner, isCall } from './frame-scanner.ts';

const packet = (serial: number, size: number, type: number = packetType.call, of: number = program.remote) =>
  encodePacket({ program: of, procedure: 186, type, serial, status: packetStatus.ok, payload: Buffer.alloc(size, 7) });
const bytes = Buffer.concat([
  packet(1, 0),
  packet(2, 300),
  packet(3, 1, packetType.message, program.keepalive),
  packet(4, 5, packetType.reply),
  packet(5, 40),
]);

test.each([1, 3, 27, 28, 29, 4_096])('finds each frame, whatever pieces of %d bytes cut', (size) => {
  const serials: number[] = [];
  const calls: number[] = [];
  const scanner = new FrameScanner((frame) => {
    serials.push(frame.serial);
    if (isCall(frame)) calls.push(frame.serial);
  });
  for (let at = 0; at < bytes.length; at += size) scanner.push(bytes.subarray(at, at + size));
  expect(serials).toEqual([1, 2, 3, 4, 5]);
  expect(calls).toEqual([1, 2, 5]);
});
