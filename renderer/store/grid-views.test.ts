import { expect, test } from 'vitest';
import { readGridViews, usualView } from './grid-views.ts';

test('what was kept of a table comes back, and what isn’t of its type is as usual', () => {
  const view = { sort: { id: 'taken', desc: true }, widths: { taken: 140 }, hidden: ['was'] };
  expect(readGridViews(JSON.parse(JSON.stringify({ history: view })))).toEqual({ history: view });
  expect(readGridViews({ a: null, b: { sort: 'taken', widths: { taken: '140' }, hidden: 'was' } })).toEqual({
    a: usualView,
    b: usualView,
  });
  for (const kept of [undefined, null, 'x', 3]) expect(readGridViews(kept)).toEqual({});
});
