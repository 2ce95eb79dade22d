import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { NoCounter, readCounter } from './counter.ts';
import { decodePicture, type Picture } from './picture.ts';
import { screen } from './screen.ts';

const [width, height] = [640, 400];

describe('the counter on a screen', () => {
  it.each([0, 1, 0x80000000, 0xa5a5_0f0f, 0xffff_ffff])('reads %i', (value) => {
    expect(readCounter(painted(value))).toBe(value);
  });

  it('is not there before the guest has booted', () => {
    expect(() => readCounter({ width, height, rgb: new Uint8Array(width * height * 3) })).toThrow(NoCounter);
  });

  it('is refused when only one of its rows has been painted', () => {
    const picture = painted(6);
    paint(picture, screen.bitsRow, screen.bitsColumn + 31, [0xaa, 0xaa, 0xaa]);
    expect(() => readCounter(picture)).toThrow('bit 31');
  });
});

describe('a screenshot', () => {
  it('may be a PPM picture', () => {
    const { rgb } = painted(1234);
    const ppm = Buffer.concat([Buffer.from(`P6\n# made here\n${width} ${height}\n255\n`), rgb]);
    expect(readCounter(decodePicture(ppm))).toBe(1234);
    expect(() => decodePicture(ppm.subarray(0, 1000))).toThrow('cut short');
  });

  it.each([0, 1, 2, 3, 4])('may be a PNG with row filter %i', (filter) => {
    expect(readCounter(decodePicture(png(painted(1234), filter)))).toBe(1234);
  });

  it('is nothing else', () => {
    expect(() => decodePicture(Buffer.from('GIF89a'))).toThrow('neither');
  });
});

function painted(value: number): Picture {
  const picture: Picture = { width, height, rgb: new Uint8Array(width * height * 3) };
  for (const row of [screen.bitsRow, screen.bitsRow + 1]) {
    paint(picture, row, screen.markerColumn, [0, 0xaa, 0]);
    paint(picture, row, screen.endColumn, [0xaa, 0, 0]);
  }
  for (let bit = 0; bit < 32; bit++) {
    const line = (value >>> (31 - bit)) & 1 ? 0 : 1;
    paint(picture, screen.bitsRow + line, screen.bitsColumn + bit, [0xaa, 0xaa, 0xaa]);
  }
  return picture;
}

function paint(picture: Picture, row: number, column: number, colour: readonly [number, number, number]): void {
  const [cellWidth, cellHeight] = [picture.width / screen.columns, picture.height / screen.rows];
  for (let y = row * cellHeight; y < (row + 1) * cellHeight; y++) {
    for (let x = column * cellWidth; x < (column + 1) * cellWidth; x++) picture.rgb.set(colour, 3 * (y * width + x));
  }
}

/** Encodes with one filter for all rows; the inverse of what is tested, by PNG's definition. */
function png({ rgb }: Picture, filter: number): Buffer {
  const stride = width * 3;
  const byte = (row: number, column: number) => (row < 0 || column < 0 ? 0 : (rgb[row * stride + column] ?? 0));
  const raw = Buffer.alloc((stride + 1) * height);
  for (let row = 0; row < height; row++) {
    raw[row * (stride + 1)] = filter;
    for (let column = 0; column < stride; column++) {
      const [a, b, c] = [byte(row, column - 3), byte(row - 1, column), byte(row - 1, column - 3)];
      const [toA, toB, toC] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
      const nearest = toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
      const guess = [0, a, b, Math.floor((a + b) / 2), nearest][filter] ?? 0;
      raw[row * (stride + 1) + 1 + column] = (byte(row, column) - guess) & 0xff;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(raw);
  // Two IDAT chunks: a picture may be cut anywhere.
  const parts = [chunk('IHDR', header), chunk('IDAT', data.subarray(0, 9)), chunk('IDAT', data.subarray(9))];
  return Buffer.concat([signature, ...parts, chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
