/** Bytes for one of libvirt's units (formatdomain, "memory"). */
const units = new Map(
  Object.entries({
    b: 1,
    bytes: 1,
    KB: 1e3,
    k: 1024,
    KiB: 1024,
    MB: 1e6,
    M: 1024 ** 2,
    MiB: 1024 ** 2,
    GB: 1e9,
    G: 1024 ** 3,
    GiB: 1024 ** 3,
    TB: 1e12,
    T: 1024 ** 4,
    TiB: 1024 ** 4,
  }),
);

/** Bytes of a number and its unit, `KiB` when it names none; null where they can't be read. */
export function scaledBytes(text: string, unit = 'KiB'): number | null {
  const scale = units.get(unit);
  if (!scale || !/^\s*\d+\s*$/.test(text)) return null;
  const bytes = Number(text) * scale;
  return Number.isSafeInteger(bytes) ? bytes : null;
}
