import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { decodePicture, type Picture } from '../../electron/kept/thumbnails/picture.ts';
import { NoCounter, readCounter } from './counter.ts';
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
    expect(readCounter(decodePicture(encoded(painted(1234), filter)))).toBe(1234);
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

/** As QEMU makes them: three bytes a dot, with one filter for all rows. */
function encoded({ rgb }: Picture, filterType: number): Buffer {
  const png = new PNG({ width, height });
  png.data = Buffer.from(rgb);
  return PNG.sync.write(png, { colorType: 2, inputColorType: 2, inputHasAlpha: false, filterType });
}
