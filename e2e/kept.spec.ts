import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, leaveOut, test } from './fixtures.ts';
import { chromiumMissing } from './shell.ts';

test('damaged marks are told of in the window, and kept', async ({ start, home }) => {
  const file = join(home, 'data', 'marks.json');
  await mkdir(join(home, 'data'));
  await writeFile(file, '{"version":1,"protected":[{"host":"simul');
  const app = await start('--demo');
  const notice = app.page.getByRole('alert').filter({ hasText: 'marks.json' });
  await expect(notice).toContainText('it is damaged');
  await expect(notice).toContainText('without the protection, pins and tags that were set before');
  await expect(notice).toContainText(`${file}.unreadable`);
  expect(await readFile(`${file}.unreadable`, 'utf8')).toContain('"simul');

  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await expect(notice).toBeHidden();
  await app.open('web-01');
});

/** Starts the browser shell on a data directory; with what it prints until it is ready or has ended. */
async function serve(dataDir: string, started: ChildProcess[]) {
  const program = fileURLToPath(new URL('../out/main/serve.js', import.meta.url));
  const child = spawn(process.execPath, [program, '--demo', '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let said = '';
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('is ready at')) resolve();
      });
  });
  await Promise.race([ready, ended]);
  return { child, ended, said: () => said, url: /^Snapkeel is ready at (\S+)$/m.exec(said)?.[1] };
}

test('a second start on the same data directory leads to the first; one that was killed is in nobody’s way', async ({
  home,
  windows,
}, info) => {
  leaveOut(info.title, chromiumMissing());
  if (!windows) throw new Error('this needs the browser’s shell');
  const page = await windows.newPage();
  const dataDir = join(home, 'data');
  const started: ChildProcess[] = [];
  try {
    const first = await serve(dataDir, started);
    const second = await serve(dataDir, started);
    expect(await second.ended).toBe(0);
    expect(second.said()).toMatch(
      new RegExp(
        `is in use: Snapkeel runs in a browser, process ${first.child.pid}, since \\d+ \\w+ \\d{4}, [\\d:]+\\.`,
      ),
    );
    expect(second.url).toBe(first.url);
    await page.goto(second.url ?? '');
    await expect(page.getByRole('treeitem', { name: 'web-01', exact: true })).toBeVisible();

    await test.step('where its page cannot be reached, that is told', async () => {
      first.child.kill('SIGSTOP');
      const third = await serve(dataDir, started);
      expect(await third.ended).toBe(1);
      expect(third.said()).toContain(`process ${first.child.pid}, since`);
      expect(third.said()).toContain('choose another directory with --data-dir');
    });

    await test.step('after a crash the next one starts', async () => {
      first.child.kill('SIGKILL');
      await first.ended;
      const next = await serve(dataDir, started);
      expect(next.url).toBeDefined();
      expect(next.url).not.toBe(first.url);
    });
  } finally {
    for (const child of started) child.kill('SIGKILL');
    await page.close();
  }
});
