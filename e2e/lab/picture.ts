import { inflateSync } from 'node:zlib';

/** Pixels from the top left, three bytes each: red, green, blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * Decodes what QEMU makes of a screen: binary PPM (before QEMU 7.1) or an 8-bit RGB PNG.
 * @throws Error for anything else
 */
export function decodePicture(data: Buffer): Picture {
  if (data.subarray(0, 8).equals(pngSignature)) return decodePng(data);
  if (data.subarray(0, 2).toString('latin1') === 'P6') return decodePpm(data);
  throw new Error('neither a PNG nor a binary PPM picture');
}

function decodePpm(data: Buffer): Picture {
  const header = /^P6\s+(?:#[^\n]*\n\s*)*(\d+)\s+(\d+)\s+255\s/.exec(data.subarray(0, 256).toString('latin1'));
  if (!header) throw new Error('not an 8-bit PPM picture');
  const width = Number(header[1]);
  const height = Number(header[2]);
  const rgb = data.subarray(header[0].length);
  if (rgb.length < width * height * 3) throw new Error('the PPM picture is cut short');
  return { width, height, rgb };
}

function decodePng(data: Buffer): Picture {
  const width = data.readUInt32BE(16);
  const height = data.readUInt32BE(20);
  // bit depth, colour type, compression, filter method, interlace
  if (!data.subarray(24, 29).equals(Buffer.from([8, 2, 0, 0, 0]))) throw new Error('not an 8-bit RGB PNG');
  const parts: Buffer[] = [];
  for (let at = 8; at + 12 <= data.length; ) {
    const length = data.readUInt32BE(at);
    if (data.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(data.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return { width, height, rgb: unfilter(inflateSync(Buffer.concat(parts)), width * 3, height) };
}

/** Undoes the PNG row filters; each row of `raw` starts with the number of its filter. */
function unfilter(raw: Uint8Array, stride: number, height: number): Uint8Array {
  if (raw.length < (stride + 1) * height) throw new Error('the PNG picture is cut short');
  const out = new Uint8Array(stride * height);
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (stride + 1)] ?? 0;
    for (let column = 0; column < stride; column++) {
      const at = row * stride + column;
      const left = column >= 3 ? (out[at - 3] ?? 0) : 0;
      const up = row > 0 ? (out[at - stride] ?? 0) : 0;
      const upLeft = row > 0 && column >= 3 ? (out[at - stride - 3] ?? 0) : 0;
      out[at] = (raw[row * (stride + 1) + 1 + column] ?? 0) + prediction(filter, left, up, upLeft);
    }
  }
  return out;
}

function prediction(filter: number, left: number, up: number, upLeft: number): number {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter === 4) return paeth(left, up, upLeft);
  throw new Error(`unknown PNG filter ${filter}`);
}

function paeth(left: number, up: number, upLeft: number): number {
  const guess = left + up - upLeft;
  const [toLeft, toUp, toUpLeft] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - upLeft)];
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}
