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
    'ext-same-name off → dsk as-saved',
    'ext-checkpoint off → dsk as-saved',
  ],
} as const;

export function isShort(generation: keyof typeof short): (each: MatrixCase) => boolean {
  const names: ReadonlySet<string> = new Set(short[generation]);
  return (each) => each.guest === 'test' || names.has(describeCase(each));
}

/** Rules that none of these cases reaches, and why. */
export const unreached: Readonly<Record<string, string>> = {
  DISK_ONLY_UNSUPPORTED: 'no generation from 9.9 to 10.9 is at hand',
  QEMU_CRASHES: 'the same',
  NVRAM_STAYS_EXTERNAL: 'told from the configuration alone; libvirt does not say',
  NVRAM_GONE: 'needs firmware whose variable store is qcow2',
  NVRAM_RECREATED: 'whether libvirt has a template for such firmware is its own configuration',
  TPM_STAYS: 'no emulator of a TPM is at hand',
  JOB: 'what keeps the domain busy is over too soon; a backup counts as a block job as well',
  OPEN_IMAGE_GONE: 'libvirt measures an open image through QEMU, whether it is gone or not',
  MIXED_KINDS: 'libvirt takes no such snapshot',
  DAMAGED: 'what is known of damage has a rule of its own',
  NO_STATE: 'libvirt takes no such snapshot',
  NOT_ON_HOST: 'needs a disk on the network that answers',
  NOT_QCOW2: 'libvirt takes no such snapshot',
};
