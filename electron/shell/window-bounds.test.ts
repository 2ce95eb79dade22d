import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fitInto, keepWindow, leastSize, readWindow } from './window-bounds.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeel-bounds-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const place = { x: -1200, y: 30, width: 900, height: 700 };

describe('the place of a window', () => {
  it('is kept', () => {
    const file = join(folder, 'window.json');
    keepWindow(file, place, true);
    expect(readWindow(file)).toEqual({ ...place, maximized: true });
  });
  it.each(['', '{', '[]', '{"x":1}', '{"x":"1","y":2,"width":3,"height":4}', '{"x":1e99,"y":2,"width":3,"height":4}'])(
    'is not taken from %j',
    (text) => {
      const file = join(folder, 'window.json');
      writeFileSync(file, text);
      expect(readWindow(file)).toBeNull();
    },
  );
  it('that cannot be kept is not', () => {
    expect(() => keepWindow(join(folder, 'gone', 'window.json'), place, false)).not.toThrow();
    expect(readWindow(join(folder, 'gone', 'window.json'))).toBeNull();
  });
});

it('a window is wholly on the screen that it is opened on, wherever it was', () => {
  const at = fc.integer({ min: -9_000, max: 9_000 });
  const bounds = fc.record({ x: at, y: at, width: fc.nat(9_000), height: fc.nat(9_000) });
  const screen = fc.record({
    x: at,
    y: at,
    width: fc.integer({ min: 640, max: 8_000 }),
    height: fc.integer({ min: 480, max: 8_000 }),
  });
  fc.assert(
    fc.property(bounds, screen, (window, area) => {
      const { x, y, width, height } = fitInto(window, area);
      expect(x >= area.x && x + width <= area.x + area.width).toBe(true);
      expect(y >= area.y && y + height <= area.y + area.height).toBe(true);
      expect(width >= leastSize.width && height >= leastSize.height).toBe(true);
      expect(fitInto({ x, y, width, height }, area)).toEqual({ x, y, width, height });
    }),
  );
});
