import { expect, test } from 'vitest';
import { safetyName } from '../../shared/safety-names.ts';
import { newNamePreview, patternPreview, patternProblem } from './pattern.ts';

test('a pattern must make a name that libvirt takes', () => {
  expect(patternProblem('before-revert {date} {time}')).toBeNull();
  expect(patternProblem('  ')).toContain('needed');
  expect(patternProblem('.hidden')).toContain('full stop');
  expect(patternProblem('a/b')).toContain('slash');
  expect(patternProblem('x'.repeat(121))).toContain('120');
  expect(patternProblem('2026')).toContain('letter');
  expect(patternProblem(' 12 ')).toContain('letter');
  expect(patternProblem('s2026')).toBeNull();
  expect(patternProblem('{date}')).toBeNull();
  expect(patternProblem('{hour}')).toBe('{hour} is not a placeholder.');
});

test('the preview is filled in', () => {
  const at = new Date(2026, 10, 23, 12, 14, 5).getTime();
  expect(patternPreview('before-{snapshot}-{date}-{time}', at)).toBe('before-clean-2026-11-23-12-14-05');
});

test('a name is never of digits alone', () => {
  expect(newNamePreview('2026', 0)).toBe('snapshot-2026');
  expect(newNamePreview('n2026', 0)).toBe('n2026');
  expect(safetyName('{snapshot}', '2', 0, new Set(['snapshot-2']))).toBe('snapshot-2-2');
});
