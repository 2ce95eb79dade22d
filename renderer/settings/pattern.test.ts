import { expect, test } from 'vitest';
import { patternPreview, patternProblem } from './pattern.ts';

test('a pattern must make a name that libvirt takes', () => {
  expect(patternProblem('before-revert {date} {time}')).toBeNull();
  expect(patternProblem('  ')).toContain('needed');
  expect(patternProblem('.hidden')).toContain('dot');
  expect(patternProblem('a/b')).toContain('slash');
  expect(patternProblem('x'.repeat(121))).toContain('120');
  expect(patternProblem('{hour}')).toBe('{hour} stands for nothing.');
});

test('the preview is filled in', () => {
  const at = new Date(2026, 10, 23, 12, 14, 5).getTime();
  expect(patternPreview('before-{snapshot}-{date}-{time}', at)).toBe('before-clean-2026-11-23-12-14-05');
});
