import { z } from 'zod';

/** A device that may keep a guest's memory from being saved, by what libvirt and QEMU tell apart. */
export const MemoryDevice = z.object({
  kind: z.enum([
    'pci',
    'mdev',
    'scsi',
    'scsi-host',
    'capabilities',
    'vdpa',
    'virtiofs',
    'virtiofs-socket',
    'shmem-legacy',
    'shmem-peer',
    'dimm',
    'invtsc',
    'unmigratable',
    'unknown',
  ]),
  /** With its article: `a PCI device of the host`. */
  words: z.string(),
});
export type MemoryDevice = z.infer<typeof MemoryDevice>;
