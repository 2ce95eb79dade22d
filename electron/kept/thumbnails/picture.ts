import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';

/** Dots from the top left, three bytes each: red, green, blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** 4096 × 2304: more than a console has, and no more than is decoded in a moment. */
const MOST_DOTS = 9_437_184;
/** Of a PNG colour type. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/**
 * Decodes what hypervisors make of a console: a PNG without interlace (QEMU from 7.1 on; what is transparent counts as
 * solid, 16 bits as 8), or a binary PPM.
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
  const [depth = 0, type = 0, , , interlaced] = data.subarray(24, 29);
  const channels = channelsOf[type];
  // What pngjs does not look at: it inflates an interlaced picture without a limit, lets a second header overrule the first,
  // and fills up what is missing.
  if (interlaced !== 0 || channels === undefined) throw new RangeError('not a plain PNG');
  const parts = chunks(data);
  if (parts.filter((chunk) => chunk.type === 'IHDR').length !== 1) throw new RangeError('a PNG of several headers');
  const size = (Math.ceil((width * channels * depth) / 8) + 1) * height;
  const packed = parts.flatMap((chunk) => (chunk.type === 'IDAT' ? [chunk.data] : []));
  const rgba = read(data, Buffer.concat(packed), size);
  return { width, height, rgb: withoutAlpha(rgba) };
}

/** In the same memory: pictures are large. */
function withoutAlpha(rgba: Buffer): Uint8Array {
  let to = 0;
  for (let from = 0; from < rgba.length; from += 4) {
    rgba[to++] = rgba[from] as number;
    rgba[to++] = rgba[from + 1] as number;
    rgba[to++] = rgba[from + 2] as number;
  }
  return new Uint8Array(rgba.buffer, rgba.byteOffset, to);
}

/** Its dots, four bytes each, whatever its colour type and depth. `size`: of what is packed, in bytes. @throws RangeError */
function read(data: Buffer, packed: Buffer, size: number): Buffer {
  try {
    if (inflateSync(packed, { maxOutputLength: size }).length < size) throw new RangeError('it is cut short');
    return PNG.sync.read(data).data;
  } catch (cause) {
    throw new RangeError(`not a PNG that can be read: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function chunks(data: Buffer): { type: string; data: Buffer }[] {
  const found: { type: string; data: Buffer }[] = [];
  for (let at = signature.length; at + 12 <= data.length; ) {
    const length = data.readUInt32BE(at);
    found.push({ type: data.toString('latin1', at + 4, at + 8), data: data.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return found;
}

function sized(width: number, height: number): [width: number, height: number] {
  if (!(width > 0 && height > 0 && width * height <= MOST_DOTS)) throw new RangeError('a picture of no use');
  return [width, height];
}
