import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Problem } from '../../shared/schema.ts';
import { JsonFile } from './json-file.ts';
import { type Disk, mountDisk, withoutDisks } from './testing.ts';

const Words = z.object({ version: z.literal(1), words: z.array(z.string()) });
const empty: z.infer<typeof Words> = { version: 1, words: [] };
let dir: string;
let path: string;
let lines: string[];
/** What was told last. */
let told: Problem | null;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'snapkeel-kept-'));
  path = join(dir, 'deep', 'words.json');
  lines = [];
  told = null;
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = (at = path) =>
  JsonFile.open({
    path: at,
    schema: Words,
    empty,
    holds: 'the words',
    log: (line) => lines.push(line),
    tell: (_, problem) => {
      told = problem;
    },
  });
type WordFile = Awaited<ReturnType<typeof open>>;
const add = (file: WordFile, word: string) => file.change((now) => ({ ...now, words: [...now.words, word] }));
const put = (text: string) => {
  mkdirSync(join(dir, 'deep'), { recursive: true });
  writeFileSync(path, text);
};
const written = (at = path) => JSON.parse(readFileSync(at, 'utf8')).words;
const around = () => readdirSync(join(dir, 'deep'));

describe('a file', () => {
  it('is kept from one run to the next, for this user alone', async () => {
    expect((await open()).value).toEqual(empty);
    const changed = await add(await open(), 'one');
    expect(changed.words).toEqual(['one']);
    expect((await open()).value).toEqual(changed);
    expect([lines, told]).toEqual([[], null]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'deep')).mode & 0o777).toBe(0o700);
    expect(around()).toEqual(['words.json']);
  });

  it('is whole at every moment, and nothing is lost of changes at once', async () => {
    const file = await open();
    await add(file, 'x'.repeat(5_000));
    let done = false;
    const all = Promise.all(Array.from({ length: 20 }, (_, n) => add(file, `${n}`))).then(() => {
      done = true;
    });
    while (!done) {
      expect(written().length).toBeGreaterThan(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await all;
    expect(written()).toHaveLength(21);
  });

  it('is not written where nothing changes', async () => {
    const file = await open();
    const { ino } = (await add(file, 'one')) && statSync(path);
    await file.change((now) => ({ ...now, words: ['one'] }));
    expect(statSync(path).ino).toBe(ino);
  });

  it('that was removed meanwhile is written with all that is known', async () => {
    const file = await open();
    await add(file, 'one');
    rmSync(path);
    await add(file, 'two');
    expect(written()).toEqual(['one', 'two']);
  });
});

describe('several who write one file', () => {
  it('lose nothing of each other, one after the other', async () => {
    const [one, two] = [await open(), await open()];
    await add(one, 'one');
    await add(two, 'two');
    expect(two.value.words).toEqual(['one', 'two']);
    await one.change((now) => ({ ...now, words: now.words.filter((word) => word !== 'one') }));
    expect(written()).toEqual(['two']);
  });

  it('lose nothing of each other at once', async () => {
    const files = await Promise.all(Array.from({ length: 4 }, () => open()));
    await Promise.all(files.flatMap((file, n) => [0, 1, 2, 3, 4].map((m) => add(file, `${n}/${m}`))));
    expect(new Set(written()).size).toBe(20);
    expect(around()).toEqual(['words.json']);
  });

  it('do not wait for ever for one that has died while it wrote', async () => {
    put('{"version":1,"words":["one"]}');
    writeFileSync(`${path}.new`, '{"version":1,"wor');
    await add(await open(), 'two');
    expect(written()).toEqual(['one', 'two']);
    expect(around()).toEqual(['words.json']);
  });
});

describe('a damaged file', () => {
  it.each(['', '{', '[]', 'null', '{"words":[]}', '{"version":1,"words":[1]}', '{"version":0,"words":[]}'])(
    '%j is set aside and told of, and another one can be written',
    async (text) => {
      put(text);
      const file = await open();
      expect(file.value).toEqual(empty);
      expect(told).toMatchObject({
        code: 'KEPT_DAMAGED',
        what: 'Snapkeel could not read words.json: it is damaged.',
        effect: `Snapkeel continues without the words. The damaged file is kept as ${path}.unreadable.`,
      });
      expect(lines).toEqual([expect.stringContaining(`${path}.unreadable`)]);
      await add(file, 'one');
      expect(readFileSync(`${path}.unreadable`, 'utf8')).toBe(text);
      expect(written()).toEqual(['one']);
    },
  );

  it('never takes the place of one that was set aside before', async () => {
    for (const text of ['first', 'second', 'third']) {
      put(text);
      await open();
    }
    expect(around().sort()).toEqual(['words.json.unreadable', 'words.json.unreadable-2', 'words.json.unreadable-3']);
    expect(readFileSync(`${path}.unreadable`, 'utf8')).toBe('first');
    expect(readFileSync(`${path}.unreadable-3`, 'utf8')).toBe('third');
  });

  it('that comes to be so while it is in use costs nothing of what is known', async () => {
    const file = await open();
    await add(file, 'one');
    put('rubbish');
    await add(file, 'two');
    expect(written()).toEqual(['one', 'two']);
    expect(readFileSync(`${path}.unreadable`, 'utf8')).toBe('rubbish');
    expect(told?.code).toBe('KEPT_DAMAGED');
  });
});

describe('a file that is not to be touched', () => {
  const ways: [string, Partial<Problem>, () => void, () => void][] = [
    [
      'of a newer Snapkeel',
      { code: 'KEPT_NEWER', what: 'This version of Snapkeel cannot read words.json: a newer version wrote it.' },
      () => put('{"version":2,"words":"in another form"}'),
      () => {},
    ],
    [
      'that is a folder',
      { code: 'KEPT_NOT_READ', what: 'Snapkeel cannot read words.json: it is a folder.' },
      () => mkdirSync(join(path, 'precious'), { recursive: true }),
      () => rmSync(path, { recursive: true }),
    ],
    [
      'on a disk that fails',
      { code: 'KEPT_NOT_READ', what: 'Snapkeel cannot read words.json: the disk reports an error.' },
      () => {
        mkdirSync(join(dir, 'deep'));
        symlinkSync('/proc/self/mem', path); // nothing is at its beginning, and reading there is EIO
      },
      () => rmSync(path),
    ],
  ];

  it.skipIf(process.platform !== 'linux').each(ways)(
    '%s is left alone, and changes are refused',
    async (_, problem, make) => {
      make();
      const file = await open();
      expect(file.value).toEqual(empty);
      expect(told).toMatchObject({ ...problem, effect: expect.stringContaining('continues without the words') });
      await expect(add(file, 'one')).rejects.toMatchObject({ name: 'ProblemError', problem });
      expect(file.value).toEqual(empty);
      expect(around()).toEqual(['words.json']);
    },
  );

  it.skipIf(process.platform !== 'linux').each(ways)(
    '%s is used again when it can be',
    async (_, _problem, make, end) => {
      make();
      const file = await open();
      end();
      put('{"version":1,"words":["one"]}');
      await add(file, 'two');
      expect(file.value.words).toEqual(['one', 'two']);
      expect(told).toBeNull();
    },
  );
});

describe.skipIf(withoutDisks('Full and read-only disks under the store'))('a disk', () => {
  let disk: Disk;
  beforeEach(() => {
    disk = mountDisk();
    path = join(disk.path, 'words.json');
  });
  afterEach(() => disk.close());

  it('that is full keeps the old file, and memory is no other', async () => {
    const file = await open();
    await add(file, 'one');
    disk.fill();
    await expect(add(file, 'x'.repeat(20_000))).rejects.toMatchObject({
      problem: { code: 'KEPT_NOT_WRITTEN', what: 'Snapkeel could not write words.json: the disk is full.' },
    });
    expect(file.value.words).toEqual(['one']);
    expect(written()).toEqual(['one']);
    expect(readdirSync(disk.path).sort()).toEqual(['filler', 'words.json']);
    disk.free();
    await add(file, 'two');
    expect(written()).toEqual(['one', 'two']);
  });

  it('that is read-only is read', async () => {
    await add(await open(), 'one');
    disk.readOnly(true);
    const file = await open();
    await expect(add(file, 'two')).rejects.toMatchObject({
      problem: { code: 'KEPT_NOT_WRITTEN', what: 'Snapkeel could not write words.json: the disk is read-only.' },
    });
    expect(file.value.words).toEqual(['one']);
  });

  it('that is read-only and has no such folder is told', async () => {
    disk.readOnly(true);
    await expect(add(await open(join(disk.path, 'deep', 'words.json')), 'one')).rejects.toMatchObject({
      problem: {
        code: 'KEPT_NOT_WRITTEN',
        what: expect.stringContaining('its folder is missing and cannot be created'),
      },
    });
  });

  it('that is read-only keeps a damaged file where it is', async () => {
    writeFileSync(path, 'rubbish');
    disk.readOnly(true);
    const file = await open();
    expect(told).toMatchObject({ code: 'KEPT_NOT_READ', what: expect.stringContaining('cannot be set aside') });
    disk.readOnly(false);
    await add(file, 'one');
    expect(readdirSync(disk.path).sort()).toEqual(['words.json', 'words.json.unreadable']);
  });
});
