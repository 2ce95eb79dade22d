import { z } from 'zod';

/** An internal snapshot as an image's own table has it; QEMU calls its name the tag. */
export const ImageTag = z.object({
  /** A number in decimal digits, which QEMU gives: the one after the highest that there is. */
  id: z.string(),
  name: z.string(),
  /** Of the guest's memory, which QEMU writes to one of the domain's images only; 0 without. Bytes. */
  vmStateBytes: z.number(),
  /** When it was taken, seconds since 1970. */
  dateSec: z.number(),
  /** Of the disk as the guest saw it then; null where the image does not say. Bytes. */
  diskBytes: z.number().nullable(),
});
export type ImageTag = z.infer<typeof ImageTag>;
