/**
 * What the guest paints, in cells of its 40 × 25 text screen. The bits of the counter, most significant first, are the
 * backgrounds of 32 cells between a green and a red one; the row below shows the complement, so that a screenshot taken
 * in the middle of an update is recognized.
 */
export const screen = {
  columns: 40,
  rows: 25,
  titleRow: 4,
  digitsRow: 10,
  /** The column of the last digit. */
  digitsEnd: 24,
  bitsRow: 17,
  markerColumn: 3,
  bitsColumn: 4,
  endColumn: 36,
} as const;

/** Text attributes: the upper half is the background, the lower half the foreground. */
export const attribute = { text: 0x1f, zero: 0x00, one: 0x70, marker: 0x20, end: 0x40 } as const;
