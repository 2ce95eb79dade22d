import { describeCase, type MatrixCase } from './kinds.ts';

/** The shorter choice: for each rule that can be reached here, a case in which it speaks. */
export const short = {
  '7.0': [
    'int running → run both',
    'int off → off reset-nvram',
    'int running → off running',
    'int running → run paused',
    'int off saved → off running',
    'int running memory changed → run as-saved',
    'int transient running → off as-saved',
    'ext-lone off → dsk as-saved',
    'genid running → run as-saved',
    'job running → off running',
    'image off → off as-saved',
    'image off → run as-saved',
    'bare off → off as-saved',
    'suspended off → off as-saved',
  ],
  host: [
    'int running → off running',
    'int off saved → off running',
    'int running memory changed → run as-saved',
    'int transient running → off as-saved',
    'nvram off → off as-saved',
    'nvram off → off reset-nvram',
    'bare off → off as-saved',
  ],
  '11.3': [
    'ext running → run as-saved',
    'ext off → off paused',
    'ext-mixed off → dsk as-saved',
    'ext-mixed off → off as-saved',
    'ext-gone running → run as-saved',
    'ext-moved off → second as-saved',
    'ext-lone off → dsk as-saved',
    'ext-pool off → dsk as-saved',
  ],
} as const;

export function isShort(generation: keyof typeof short): (each: MatrixCase) => boolean {
  const names: ReadonlySet<string> = new Set(short[generation]);
  return (each) => each.guest === 'test' || names.has(describeCase(each));
}

/** Rules that none of these cases reaches, and why. */
export const unreached: Readonly<Record<string, string>> = {
  DISK_ONLY_UNSUPPORTED: 'no generation from 9.9 to 10.9 is at hand',
  NVRAM_STAYS_EXTERNAL: 'told from the configuration alone; libvirt does not say',
  MEMORY_FILE_UNKNOWN: 'libvirt answers',
  UNKNOWN_STATE: 'needs a libvirt that is newer than this app',
  UNTRIED_DRIVER: 'no other driver is at hand',
  INTERRUPTED_DELETE: 'Snapkeel remembers it; libvirt does not know',
};
