import { PNG } from 'pngjs';

export type Colour = readonly [red: number, green: number, blue: number];

/** A PNG of two colours, three bytes a dot, as QEMU makes them (PNG specification, colour type 2). */
export function encodePng(
  width: number,
  height: number,
  lit: (x: number, y: number) => boolean,
  [background, ink]: readonly [Colour, Colour],
): Buffer {
  const png = new PNG({ width, height });
  const dots = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) dots.set(lit(x, y) ? ink : background, (y * width + x) * 3);
  png.data = dots;
  return PNG.sync.write(png, { colorType: 2, inputColorType: 2, inputHasAlpha: false, filterType: 0 });
}
