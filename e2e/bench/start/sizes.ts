import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Measurement } from '../measurement.ts';

const page = fileURLToPath(new URL('../../../out/renderer/', import.meta.url));

/** What a window loads of the built page, packed with gzip, in units of 1,024 bytes. */
export function measureSizes(): Measurement[] {
  const atStart = filesAtStart();
  const scripts = readdirSync(join(page, 'assets')).filter((name) => name.endsWith('.js'));
  return [
    {
      name: 'JavaScript of a window at its start',
      unit: 'KiB gzip',
      values: [packed(atStart.filter((name) => name.endsWith('.js')))],
      target: 250,
    },
    { name: 'JavaScript of a window, all', unit: 'KiB gzip', values: [packed(scripts)] },
    { name: 'styles of a window', unit: 'KiB gzip', values: [packed(atStart.filter((name) => name.endsWith('.css')))] },
  ];
}

/** What the page names, and what those files import when they are loaded. */
function filesAtStart(): string[] {
  const html = readFileSync(join(page, 'index.html'), 'utf8');
  const found = new Set([...html.matchAll(/(?:src|href)="\.\/assets\/([^"]+)"/g)].map(([, name = '']) => name));
  for (const name of found) {
    if (!name.endsWith('.js')) continue;
    const code = readFileSync(join(page, 'assets', name), 'utf8');
    for (const [, imported = ''] of code.matchAll(/(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g))
      found.add(imported);
  }
  return [...found];
}

function packed(names: readonly string[]): number {
  const bytes = names.map((name) => gzipSync(readFileSync(join(page, 'assets', name))).length);
  return bytes.reduce((sum, each) => sum + each, 0) / 1024;
}
