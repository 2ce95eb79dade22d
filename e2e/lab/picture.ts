import { PNG } from 'pngjs';

/** Pixels from the top left, three bytes each: red, green, blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * Decodes what QEMU makes of a screen: binary PPM (before QEMU 7.1) or a PNG.
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
  const { width, height, data: rgba } = PNG.sync.read(data);
  const rgb = new Uint8Array(width * height * 3);
  for (let dot = 0; dot < width * height; dot++) rgb.set(rgba.subarray(dot * 4, dot * 4 + 3), dot * 3);
  return { width, height, rgb };
}
