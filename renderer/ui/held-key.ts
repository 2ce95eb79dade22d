import type { KeyboardEvent } from 'react';

/** A key that is held down from one step into the next must not press a button there. */
export function ignoreHeldKey(event: KeyboardEvent): void {
  if (event.repeat && (event.key === 'Enter' || event.key === ' ')) event.preventDefault();
}
