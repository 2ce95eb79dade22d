import { type KeyboardEvent, useRef } from 'react';

interface Roving {
  count: number;
  active: number;
  /** Rows that a PageUp or PageDown goes over. */
  page: () => number;
  textAt: (index: number) => string;
  move: (index: number) => void;
}

const typingPauseMs = 700;

const steps: Record<string, (at: { active: number; count: number; page: number }) => number> = {
  ArrowDown: ({ active }) => active + 1,
  ArrowUp: ({ active }) => active - 1,
  PageDown: ({ active, page }) => active + page,
  PageUp: ({ active, page }) => active - page,
  Home: () => 0,
  End: ({ count }) => count - 1,
};

/** Moves within a list by arrows, Home, End, PageUp, PageDown and by typing a name; true if the key was one of them. */
export function useRovingKeys({ count, active, page, textAt, move }: Roving): (event: KeyboardEvent) => boolean {
  const typed = useRef({ text: '', at: 0 });
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || count === 0) return false;
    const step = event.shiftKey ? undefined : steps[event.key];
    if (step) {
      event.preventDefault();
      move(Math.min(Math.max(step({ active, count, page: page() }), 0), count - 1));
      return true;
    }
    if (event.key.length !== 1 || event.key === ' ' || event.key === '?') return false;
    const now = event.timeStamp;
    const { text, at } = typed.current;
    const sought = (now - at < typingPauseMs ? text : '') + event.key.toLowerCase();
    typed.current = { text: sought, at: now };
    const found = typeAhead(sought, active, count, textAt);
    if (found !== null) move(found);
    return true;
  };
}

/** The next row that starts with what was typed; one letter again goes on to the next row with it. */
export function typeAhead(
  sought: string,
  active: number,
  count: number,
  textAt: (index: number) => string,
): number | null {
  const repeated = [...sought].every((letter) => letter === sought[0]);
  const text = repeated ? (sought[0] ?? '') : sought;
  const from = repeated ? active + 1 : active;
  for (let i = 0; i < count; i++) {
    const index = (from + i + count) % count;
    if (textAt(index).toLowerCase().startsWith(text)) return index;
  }
  return null;
}
