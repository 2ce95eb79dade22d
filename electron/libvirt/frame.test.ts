import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodePacket, FrameError, type Packet, PacketReader, packetStatus, packetType, program } from './frame.ts';

const packets: fc.Arbitrary<Packet> = fc.record({
  program: fc.integer({ min: 0, max: 0xffff_ffff }),
  procedure: fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  type: fc.integer({ min: 0, max: 6 }),
  serial: fc.integer({ min: 0, max: 0xffff_ffff }),
  status: fc.integer({ min: 0, max: 2 }),
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});
const ping: Packet = {
  program: program.keepalive,
  procedure: 1,
  type: packetType.message,
  serial: 0,
  status: packetStatus.ok,
  payload: Buffer.alloc(0),
};
const head = (length: number, version = 1): Buffer => {
  const bytes = encodePacket(ping);
  bytes.writeUInt32BE(length, 0);
  bytes.writeUInt32BE(version, 8);
  return bytes;
};

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

describe('encodePacket', () => {
  it('writes the header libvirt documents', () => {
    const packet = {
      program: program.remote,
      procedure: 66,
      type: 0,
      serial: 258,
      status: 0,
      payload: Buffer.from([9]),
    };
    expect(encodePacket(packet).toString('hex')).toBe('0000001d20008086000000010000004200000000000001020000000009');
  });

  it('refuses a packet that libvirt would not take', () => {
    const payload = Buffer.alloc(33_554_436 - 28);
    expect(encodePacket({ ...ping, payload })).toHaveLength(33_554_436);
    expect(() => encodePacket({ ...ping, payload: Buffer.alloc(payload.length + 1) })).toThrow(FrameError);
  });
});

describe('PacketReader', () => {
  it('gives the packets that were sent, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(packets, { maxLength: 6 }), fc.array(fc.nat()), (sent, cuts) => {
        const bytes = Buffer.concat(sent.map(encodePacket));
        const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
        const reader = new PacketReader();
        const got = at.slice(1).flatMap((end, index) => [...reader.push(bytes.subarray(at[index], end))]);
        expect(got).toEqual(sent);
      }),
    );
  });

  it('gives a packet as soon as its last byte is there', () => {
    const reader = new PacketReader();
    const bytes = encodePacket({ ...ping, payload: Buffer.from('abcd') });
    for (const byte of bytes.subarray(0, -1)) expect([...reader.push(Buffer.from([byte]))]).toEqual([]);
    expect([...reader.push(bytes.subarray(-1))]).toHaveLength(1);
  });

  it('holds what has arrived, not what a length promises', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 20 }, () => new PacketReader());
    for (const reader of readers) expect([...reader.push(head(33_554_436))]).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });

  it('holds little more than what has arrived, also where that comes a byte at a time', () => {
    const held = (): number => {
      gc();
      return process.memoryUsage().heapUsed;
    };
    const reader = new PacketReader();
    expect([...reader.push(head(33_554_436))]).toEqual([]);
    const before = held();
    for (let n = 0; n < 200_000; n++) reader.push(Buffer.alloc(1, 7)).next();
    expect(held() - before).toBeLessThan(5_000_000);
    expect([...reader.push(Buffer.alloc(33_554_436 - 28 - 200_000, 7))]).toHaveLength(1);
  });

  // Copying all that has come with every chunk would be 500 GB: it would not end in time on any machine.
  it('puts a large packet of many small chunks together without copying it again and again', {
    timeout: 60_000,
  }, () => {
    const packet = { ...ping, payload: Buffer.alloc(32_000_000, 7) };
    const bytes = encodePacket(packet);
    const reader = new PacketReader();
    let got: Packet[] = [];
    for (let at = 0; at < bytes.length; at += 1_000) got = got.concat([...reader.push(bytes.subarray(at, at + 1_000))]);
    expect(got).toHaveLength(1);
    expect(got[0]?.payload.equals(packet.payload)).toBe(true);
  });

  it.each([0, 27, 33_554_437, 0xffff_ffff, 0x4854_5450])('refuses a length of %d', (length) => {
    expect(() => [...new PacketReader().push(head(length))]).toThrow(FrameError);
  });

  it('refuses a bad length before the rest of the header is there', () => {
    expect(() => [...new PacketReader().push(Buffer.from('HTTP'))]).toThrow(FrameError);
  });

  it.each([0, 2, 0xffff_ffff])('refuses version %d', (version) => {
    expect(() => [...new PacketReader().push(head(28, version))]).toThrow(/version/);
  });

  it('gives what came before the bytes it refuses', () => {
    const got: Packet[] = [];
    expect(() => {
      for (const packet of new PacketReader().push(Buffer.concat([encodePacket(ping), head(3)]))) got.push(packet);
    }).toThrow(FrameError);
    expect(got).toEqual([ping]);
  });

  it('any bytes are packets or a FrameError', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
        const reader = new PacketReader();
        try {
          for (const chunk of chunks)
            for (const packet of reader.push(Buffer.from(chunk))) expect(packet.payload).toBeInstanceOf(Buffer);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
  });
});
