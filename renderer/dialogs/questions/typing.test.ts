import { expect, test } from 'vitest';
import { isTypingElsewhere, noteAnswer, watchTyping } from './typing.ts';

test('who types is left alone for a moment, unless they have just answered', () => {
  const window = new EventTarget();
  let now = 0;
  watchTyping(window, () => now);
  const press = () => window.dispatchEvent(new Event('keydown'));
  expect(isTypingElsewhere(now)).toBe(false);
  press();
  now = 900;
  expect(isTypingElsewhere(now)).toBe(true);
  now = 1_100;
  expect(isTypingElsewhere(now)).toBe(false);
  press();
  now = 1_200;
  noteAnswer(now);
  expect(isTypingElsewhere(now)).toBe(false);
  now = 1_300;
  press();
  expect(isTypingElsewhere(now)).toBe(true);
});
