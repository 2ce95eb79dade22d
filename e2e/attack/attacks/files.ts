import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Attack, type Attacked, assert, attacked, toldBy } from '../attack.ts';
import { newFolder, startBackend } from '../backend.ts';

/** In a data directory. */
const files = [
  'journal.jsonl',
  'marks.json',
  'settings.json',
  'hosts.json',
  'thumbnails/index.json',
  'logs/snapkeel.log',
];
const secret = 'what is not ours';

/** What every file is instead. */
const deeds: Readonly<Record<string, { does: string; make(path: string, victim: string): void }>> = {
  pipes: { does: 'every file is a pipe that nobody writes to', make: (path) => execFileSync('mkfifo', [path]) },
  folders: { does: 'every file is a folder', make: (path) => mkdirSync(path) },
  'links to others’ files': {
    does: 'every file, and what is written beside it, leads to a file that is not ours',
    make: (path, victim) => {
      for (const each of [path, `${path}.new`]) symlinkSync(victim, each);
    },
  },
  'files without end': { does: 'every file leads to /dev/zero', make: (path) => symlinkSync('/dev/zero', path) },
  'huge files': {
    does: 'every file is 2 GiB of nothing',
    make: (path) => {
      writeFileSync(path, '');
      truncateSync(path, 2 ** 31);
    },
  },
  'files of others': {
    does: 'every file is open to everybody, and holds what is no text',
    make: (path) => {
      writeFileSync(path, Buffer.alloc(10_000, 0xfe));
      chmodSync(path, 0o666);
    },
  },
};

export const fileAttacks: readonly Attack[] = Object.entries(deeds).map(([name, { does, make }]) => ({
  name: `files: ${name}`,
  does,
  run: () => attack(make),
}));

async function attack(make: (path: string, victim: string) => void): Promise<Attacked> {
  const folder = newFolder();
  const victim = join(folder, 'victim');
  writeFileSync(victim, secret);
  const data = join(folder, 'data');
  for (const file of files) {
    mkdirSync(dirname(join(data, file)), { recursive: true, mode: 0o755 });
    make(join(data, file), victim);
  }
  const backend = await startBackend(folder);
  return attacked(backend, [], async () => {
    const changed = await backend.client.settings.set({ thumbnails: false }).then(() => 'settings are kept', toldBy);
    assert(/^(settings are kept|told: [A-Z_]+)$/.test(changed), 'what cannot be kept is told');
    assert(readFileSync(victim, 'utf8') === secret, 'a file that is not ours is as it was');
    assert((statSync(data).mode & 0o077) === 0, 'the folder is closed to others');
    return `it starts; ${changed}`;
  });
}
