import { expect, it } from 'vitest';
import { processStart } from './process-start.ts';

it('is one and the same for a process, and there is none for what does not run', () => {
  const own = processStart(process.pid);
  expect(own).toMatch(/\d/);
  expect(processStart(process.pid)).toBe(own);
  expect(processStart(1)).not.toBe(own);
  for (const pid of [0, -1, 0.5, Number.NaN, 2 ** 22 + 1]) expect([pid, processStart(pid)]).toEqual([pid, null]);
});
