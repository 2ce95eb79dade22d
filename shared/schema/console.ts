import { z } from 'zod';

/** Where a guest shows its screen. */
export const ConsoleDisplay = z.object({
  /** `vnc`, `spice`, … as in `<graphics type=…>`. */
  type: z.string(),
  /** As a viewer is told: `vnc://127.0.0.1:5900`; null where it listens on no port. */
  address: z.string().nullable(),
  /** The command that brings the port of another host here; null where it needs none. */
  tunnel: z.string().nullable(),
});
export type ConsoleDisplay = z.infer<typeof ConsoleDisplay>;

/** What came of opening a console. */
export const ConsoleAnswer = z.object({
  /** The program that was started, and still ran a moment later; null when there was none to start. */
  viewer: z.string().nullable(),
  displays: z.array(ConsoleDisplay),
  /** Sentences: why no viewer was started. */
  reasons: z.array(z.string()),
});
export type ConsoleAnswer = z.infer<typeof ConsoleAnswer>;
