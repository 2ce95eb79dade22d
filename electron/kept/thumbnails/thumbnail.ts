import { PNG } from 'pngjs';
import type { Picture } from './picture.ts';

/** Dots: what the details show, twice as fine on a dense screen. */
export const THUMBNAIL_WIDTH = 480;

/** The picture, no wider than told: each dot is the mean of those that it stands for. */
export function scaledDown(picture: Picture, most = THUMBNAIL_WIDTH): Picture {
  const { width, height, rgb } = picture;
  if (width <= most) return picture;
  const small = { width: most, height: Math.max(1, Math.round((height * most) / width)) };
  const out = new Uint8Array(small.width * small.height * 3);
  for (let y = 0; y < small.height; y++) {
    const [top, bottom] = span(y, height, small.height);
    for (let x = 0; x < small.width; x++) {
      const [left, right] = span(x, width, small.width);
      const sum = [0, 0, 0];
      for (let row = top; row < bottom; row++)
        for (let at = (row * width + left) * 3; at < (row * width + right) * 3; at += 3)
          for (const channel of [0, 1, 2]) sum[channel] = (sum[channel] ?? 0) + (rgb[at + channel] ?? 0);
      const count = (bottom - top) * (right - left);
      const to = (y * small.width + x) * 3;
      for (const channel of [0, 1, 2]) out[to + channel] = Math.round((sum[channel] ?? 0) / count);
    }
  }
  return { ...small, rgb: out };
}

/** The dots of the large side that one of the small side stands for. */
function span(index: number, large: number, small: number): [from: number, to: number] {
  const from = Math.floor((index * large) / small);
  return [from, Math.max(from + 1, Math.floor(((index + 1) * large) / small))];
}

/** An 8-bit RGB PNG (PNG specification, colour type 2). */
export function encodePng({ width, height, rgb }: Picture): Buffer {
  const png = new PNG({ width, height });
  png.data = Buffer.from(rgb);
  return PNG.sync.write(png, { colorType: 2, inputColorType: 2, inputHasAlpha: false, filterType: 2 });
}
