import { z } from 'zod';

/** Which snapshot a picture goes with, and when it was taken by this computer’s clock. */
export const KeptPicture = z.object({ name: z.string(), createdAt: z.number(), takenAt: z.number() });
export type KeptPicture = z.infer<typeof KeptPicture>;

/** What a console showed. */
export const ConsolePicture = z.object({
  /** A PNG as a `data:` address. */
  dataUrl: z.string().regex(/^data:image\/png;base64,/),
  takenAt: z.number(),
});
export type ConsolePicture = z.infer<typeof ConsolePicture>;

export const ThumbnailUsage = z.object({ count: z.number(), bytes: z.number() });
export type ThumbnailUsage = z.infer<typeof ThumbnailUsage>;
