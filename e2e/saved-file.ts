import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';
import type { Started } from './shell.ts';

export interface SavedFile {
  /** That is proposed to the person. */
  readonly name: string;
  readonly text: string;
}

/** Does what leads to a file being saved, and reads it. In Electron’s shell the question where to is answered. */
export async function savedFile(
  { page, electron }: Pick<Started, 'page' | 'electron'>,
  save: () => Promise<void>,
): Promise<SavedFile> {
  const folder = await mkdtemp(join(tmpdir(), 'snapkeel-saved-'));
  const file = join(folder, 'saved');
  try {
    const name = electron ? await byElectron(electron, file, save) : await byBrowser(page, file, save);
    return { name, text: await readFile(file, 'utf8') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function byBrowser(page: Page, file: string, save: () => Promise<void>): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent('download'), save()]);
  await download.saveAs(file);
  return download.suggestedFilename();
}

async function byElectron(electron: ElectronApplication, file: string, save: () => Promise<void>): Promise<string> {
  await electron.evaluate(({ session }, path) => {
    const name = new Promise<string>((resolve, reject) =>
      session.defaultSession.once('will-download', (_event, item) => {
        item.setSavePath(path);
        item.once('done', (_done, state) => (state === 'completed' ? resolve(item.getFilename()) : reject(state)));
      }),
    );
    Reflect.set(globalThis, 'savedName', name);
  }, file);
  await save();
  return electron.evaluate(() => Reflect.get(globalThis, 'savedName') as Promise<string>);
}
