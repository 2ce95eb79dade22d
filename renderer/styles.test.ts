import { expect, test } from 'vitest';

const all = import.meta.glob<string>(['./**/*.{ts,tsx}', './**/*.module.css', '!./**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const files = Object.entries(all).map(([path, text]) => ({ path, text: text.replace(/\/\*.*?\*\//gs, '') }));
const sheets = files.filter(({ path }) => path.endsWith('.css'));

/** A class with the path of its sheet. */
const classes = sheets.flatMap(({ path, text }) => {
  const selectors = text.replace(/\{[^{}]*\}/g, '{}');
  return [...selectors.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name]) => `${path} ${name}`);
});

/** Each `name.key` in the sources, where `name` is an imported sheet. */
const uses = files.flatMap(({ path, text }) =>
  [...text.matchAll(/^import (\w+) from '(\..+\.module\.css)';$/gm)].flatMap(([, name, from]) => {
    const sheet = new URL(`${from}`, `file:${path.slice(1)}`).pathname;
    const found = text.matchAll(new RegExp(`(?<![\\w.'/-])${name}\\b(?! from)\\.?(\\w*)`, 'g'));
    return [...found].map(([, key]) => `.${sheet} ${key}`);
  }),
);

test('each class that is used is in its sheet', () => {
  expect(uses.filter((use) => !classes.includes(use))).toEqual([]);
});

test('each class of a sheet is used', () => {
  expect(classes.filter((name) => !uses.includes(name))).toEqual([]);
});

test('each sheet is one layer, so that no order of imports matters', () => {
  for (const { path, text } of sheets) expect(text, path).toMatch(/^@layer (parts|views) \{\n(?: .*\n|\n)*\}\n$/);
});
