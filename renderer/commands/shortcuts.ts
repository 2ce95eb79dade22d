/** Keys as written in the command table: `Mod+K`, `Shift+F10`, `Enter`. `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
export type Shortcut = string;

const apple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);
const appleSigns: Record<string, string> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' };
const arrows: Record<string, string> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓' };

/** The parts of a shortcut as they stand on this machine's keys. */
export function shortcutKeys(shortcut: Shortcut, onApple = apple): string[] {
  const signs: Record<string, string> = { ...arrows, ...(onApple ? appleSigns : { Mod: 'Ctrl' }) };
  return shortcut.split('+').map((part) => signs[part] ?? part);
}

/** True if the key event is this shortcut, with no other modifier held. */
export function matchesShortcut(
  shortcut: Shortcut,
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
  onApple = apple,
): boolean {
  const parts = shortcut.split('+');
  const key = parts.pop() ?? '';
  const mod = parts.includes('Mod');
  if (event.key.toLowerCase() !== key.toLowerCase()) return false;
  if ((onApple ? event.metaKey : event.ctrlKey) !== mod) return false;
  if ((onApple ? event.ctrlKey : event.metaKey) || event.altKey !== parts.includes('Alt')) return false;
  // A sign such as `?` may need Shift or not, by keyboard layout.
  const sign = key.length === 1 && key.toLowerCase() === key.toUpperCase();
  return sign || event.shiftKey === parts.includes('Shift');
}
