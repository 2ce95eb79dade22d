import { inflateSync } from 'node:zlib';

/** Dots from the top left, three bytes each: red, green, blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** More dots than any console has; a peer is not to fill the memory. */
const MOST_DOTS = 40_000_000;
const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Bytes a dot by PNG colour type: RGB, and RGB with alpha, which is left out. */
const bytesPerDot: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/**
 * Decodes what hypervisors make of a console: an 8-bit RGB(A) PNG without interlace (QEMU from 7.1 on), or a binary PPM.
 * @throws RangeError for anything else, and for what is cut short or too large
 */
export function decodePicture(data: Buffer): Picture {
  if (data.subarray(0, 8).equals(signature)) return decodePng(data);
  if (data.subarray(0, 2).toString('latin1') === 'P6') return decodePpm(data);
  throw new RangeError('neither a PNG nor a binary PPM picture');
}

function decodePpm(data: Buffer): Picture {
  const header = /^P6\s+(?:#[^\n]*\n\s*)*(\d+)\s+(\d+)\s+255\s/.exec(data.subarray(0, 256).toString('latin1'));
  if (!header) throw new RangeError('not an 8-bit PPM picture');
  const [width, height] = sized(Number(header[1]), Number(header[2]));
  const rgb = data.subarray(header[0].length, header[0].length + width * height * 3);
  if (rgb.length < width * height * 3) throw new RangeError('the PPM picture is cut short');
  return { width, height, rgb };
}

function decodePng(data: Buffer): Picture {
  if (data.length < 33) throw new RangeError('the PNG picture is cut short');
  const [width, height] = sized(data.readUInt32BE(16), data.readUInt32BE(20));
  const [depth, type = 0, , , interlaced] = data.subarray(24, 29);
  const size = bytesPerDot[type];
  if (depth !== 8 || size === undefined || interlaced !== 0) throw new RangeError('not an 8-bit RGB PNG');
  const parts: Buffer[] = [];
  for (let at = 8; at + 12 <= data.length; ) {
    const length = data.readUInt32BE(at);
    if (data.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(data.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const stride = width * size;
  const raw = inflateSync(Buffer.concat(parts), { maxOutputLength: (stride + 1) * height });
  const dots = unfiltered(raw, stride, height, size);
  return { width, height, rgb: size === 3 ? dots : withoutAlpha(dots) };
}

function sized(width: number, height: number): [width: number, height: number] {
  if (!(width > 0 && height > 0 && width * height <= MOST_DOTS)) throw new RangeError('a picture of no use');
  return [width, height];
}

/** Undoes the filters of the rows (PNG specification, 9); each row of `raw` begins with the number of its own. */
function unfiltered(raw: Uint8Array, stride: number, height: number, size: number): Uint8Array {
  if (raw.length < (stride + 1) * height) throw new RangeError('the PNG picture is cut short');
  const out = new Uint8Array(stride * height);
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (stride + 1)] ?? 0;
    for (let column = 0; column < stride; column++) {
      const at = row * stride + column;
      const left = column >= size ? (out[at - size] ?? 0) : 0;
      const up = row > 0 ? (out[at - stride] ?? 0) : 0;
      const upLeft = row > 0 && column >= size ? (out[at - stride - size] ?? 0) : 0;
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
  throw new RangeError(`unknown PNG filter ${filter}`);
}

function paeth(left: number, up: number, upLeft: number): number {
  const guess = left + up - upLeft;
  const [toLeft, toUp, toUpLeft] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - upLeft)];
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let dot = 0; dot < rgba.length / 4; dot++) rgb.set(rgba.subarray(dot * 4, dot * 4 + 3), dot * 3);
  return rgb;
}
