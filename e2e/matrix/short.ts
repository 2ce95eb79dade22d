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
    'disc-gone off → run as-saved',
    'disc-gone off → off as-saved',
    'disc-next-gone off → run as-saved',
    'open-gone running → off as-saved',
    'copied off → off as-saved',
    'detached off → off as-saved',
    'tag-gone off → off as-saved',
    'tag-twice off → off as-saved',
    'digits off → 2 as-saved',
    'checkpoint off → off as-saved',
    'backup running → off as-saved',
    'branch off → A as-saved',
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
    'branch off → B as-saved',
    'branch running → E as-saved',
    'ext-left off → dsk as-saved',
    'ext-left off → run as-saved',
    'ext-disc off → dsk as-saved',
    'ext-chain-own off → s3 as-saved',
    'ext-chain-below off → s3 as-saved',
    'ext-comma off → dsk as-saved',
    'ext-shareable off → dsk as-saved',
    'ext-detached off → dsk as-saved',
    'ext-in-progress off → s2 as-saved',
    'ext-deep off → s27 as-saved',
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
