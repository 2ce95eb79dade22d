import { z } from 'zod';

/** A command of the window, for the menu of a shell that has one of its own. */
export const MenuCommand = z.object({
  id: z.string(),
  group: z.enum(['Snapshot', 'Domain', 'Host', 'View']),
  label: z.string().max(500),
  /** `Mod+Shift+H`; null for keys that work in one place alone. */
  shortcut: z.string().nullable(),
  enabled: z.boolean(),
});
export type MenuCommand = z.infer<typeof MenuCommand>;

/** What a shell shows of the window outside of it. */
export const WindowState = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  commands: z.array(MenuCommand).max(200),
});
export type WindowState = z.infer<typeof WindowState>;
