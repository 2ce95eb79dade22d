/** Whoever has pressed a key this long ago is still typing. Milliseconds. */
const TYPING_MS = 1_000;

let lastKey = Number.NEGATIVE_INFINITY;
let lastAnswer = Number.NEGATIVE_INFINITY;

/** Notes when keys are pressed, anywhere in the window. */
export function watchTyping(target: Pick<EventTarget, 'addEventListener'>, now = () => performance.now()): void {
  target.addEventListener('keydown', () => (lastKey = now()), true);
}

/** The question that was typed for has been answered. */
export function noteAnswer(now = performance.now()): void {
  lastAnswer = now;
}

/** Whether somebody is typing for something else than what comes now: what they type would go to the wrong place. */
export function isTypingElsewhere(now = performance.now()): boolean {
  return now - lastKey < TYPING_MS && lastKey > lastAnswer;
}
