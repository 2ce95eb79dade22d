import type { Picture } from '../../electron/kept/thumbnails/picture.ts';
import { screen } from './screen.ts';

type Colour = 'dark' | 'light' | 'green' | 'red' | 'other';

/** By whether red, green and blue are on. */
const colours: Readonly<Record<string, Colour>> = { '000': 'dark', '111': 'light', '010': 'green', '100': 'red' };

/** Why a picture shows no counter: the guest is not that far yet, or it was just painting. */
export class NoCounter extends Error {
  override readonly name = 'NoCounter';
}

/**
 * The counter that a lab guest shows on its screen.
 * @throws NoCounter when the markers are not there, or when the two rows of bits do not match
 */
export function readCounter(picture: Picture): number {
  const marked = [0, 1].every(
    (line) =>
      colourAt(picture, screen.bitsRow + line, screen.markerColumn) === 'green' &&
      colourAt(picture, screen.bitsRow + line, screen.endColumn) === 'red',
  );
  if (!marked) throw new NoCounter('the screen shows no counter');
  let value = 0;
  for (let bit = 0; bit < 32; bit++) {
    const colour = colourAt(picture, screen.bitsRow, screen.bitsColumn + bit);
    const complement = colourAt(picture, screen.bitsRow + 1, screen.bitsColumn + bit);
    if (`${colour} ${complement}` === 'light dark') value = value * 2 + 1;
    else if (`${colour} ${complement}` === 'dark light') value = value * 2;
    else throw new NoCounter(`bit ${bit} of the counter is ${colour} over ${complement}`);
  }
  return value;
}

/** The colour in the middle of a cell. */
function colourAt({ width, height, rgb }: Picture, row: number, column: number): Colour {
  const x = Math.floor(((column + 0.5) * width) / screen.columns);
  const y = Math.floor(((row + 0.5) * height) / screen.rows);
  const at = 3 * (y * width + x);
  return colours[[0, 1, 2].map((channel) => ((rgb[at + channel] ?? 0) > 0x60 ? 1 : 0)).join('')] ?? 'other';
}
