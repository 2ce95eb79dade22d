import { z } from 'zod';

/** An active storage pool, as it was when libvirt refreshed it last. Bytes; null is unknown. */
export const StoragePool = z.object({
  name: z.string(),
  capacityBytes: z.number().nullable(),
  freeBytes: z.number().nullable(),
});
export type StoragePool = z.infer<typeof StoragePool>;
