import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, createBench, uuidOf } from '../../testing.ts';
import { defaultSettings } from '../settings.ts';
import { type Disk, mountDisk, withoutDisks } from '../testing.ts';
import { captureConsole } from './capture.ts';
import { overLimits } from './limits.ts';
import { decodePicture } from './picture.ts';
import { shrink } from './shrink.ts';
import { Thumbnails } from './store.ts';
import { encodePng, scaledDown } from './thumbnail.ts';

const [on, off] = [1, 2].map(uuidOf) as [string, string];
const clock = { now: Date.now() };
let bench: Bench;
let folder: string;
let settings = defaultSettings;
let thumbnails: Thumbnails;

beforeEach(async () => {
  settings = defaultSettings;
  clock.now = Date.now();
  bench = createBench(
    [
      { name: 'on', uuid: on, state: 'running', graphics: 'vnc' },
      { name: 'off', uuid: off },
    ],
    {
      now: () => clock.now,
    },
  );
  folder = join(await mkdtemp(join(tmpdir(), 'snapkeel-pictures-')), 'thumbnails');
  thumbnails = await Thumbnails.open(
    folder,
    () => settings,
    (line) => bench.lines.push(line),
  );
  bench.session.connect();
  await bench.status('connected');
});
afterEach(async () => {
  await bench.close();
  await rm(folder, { recursive: true, force: true });
});

const shoot = (uuid = on) => thumbnails.shoot(bench.session, uuid);
const capture = async (uuid = on) => (await shoot(uuid)).capture;
const take = async (name: string, createdAt = 1_000) => {
  await thumbnails.keep(bench.session.host, on, { name, createdAt }, await shoot());
};
const names = () => thumbnails.list(bench.session.host, on).map(({ name }) => name);
const files = async () => (await readdir(folder)).filter((name) => name.endsWith('.png'));

describe('a capture', () => {
  it('is a small picture of what the console shows, and another one later', async () => {
    const first = decodePicture((await capture())?.png ?? Buffer.alloc(0));
    expect(first).toMatchObject({ width: 480, height: 300 });
    clock.now += 5_000;
    const later = decodePicture((await capture())?.png ?? Buffer.alloc(0));
    expect(Buffer.from(later.rgb).equals(Buffer.from(first.rgb))).toBe(false);
    bench.simulator.hands.suspend('on');
    const held = await capture();
    clock.now += 90_000;
    expect((await capture())?.png.equals(held?.png ?? Buffer.alloc(0))).toBe(true);
  });

  it('of a guest that is off, one without a screen, or one that does not answer is none, and fails nothing', async () => {
    expect(await capture(off)).toBeNull();
    bench.simulator.faults.failNext('domainScreenshot', { code: 1, domain: 10 });
    expect(await capture()).toBeNull();
    bench.simulator.faults.delay('domainScreenshot', 400);
    expect(await captureConsole(bench.session, on, () => {}, 20)).toBeNull();
    await Promise.all([1, 2, 3].map(() => captureConsole(bench.session, on, () => {}, 20)));
    bench.simulator.faults.delay('domainScreenshot', 0);
    expect(await capture()).not.toBeNull();
  });

  it('is not taken where none are wanted', async () => {
    settings = { ...settings, thumbnails: false };
    expect(await capture()).toBeNull();
    expect(bench.simulator.faults.calls).not.toContain('domainScreenshot');
  });
});

describe('making a picture small', () => {
  it('holds nothing up, however large it is', async () => {
    const large = encodePng({ width: 4096, height: 2304, rgb: new Uint8Array(4096 * 2304 * 3) });
    await shrink(encodePng({ width: 1, height: 1, rgb: new Uint8Array(3) })); // the thread is there
    const before = performance.eventLoopUtilization();
    const small = decodePicture(await shrink(large));
    expect(small).toMatchObject({ width: 480, height: 270 });
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
  });

  it('goes on after one that is none', async () => {
    const [bad, good] = await Promise.allSettled([
      shrink(Buffer.from('P6\n4 2\n255\nabc')),
      shrink(encodePng({ width: 4, height: 2, rgb: new Uint8Array(24) })),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('cut short') } });
    expect(good).toMatchObject({ status: 'fulfilled' });
  });
});

describe('the store', () => {
  it('keeps a picture for its snapshot alone, readable by the user alone, and over a restart', async () => {
    await take('clean');
    const [file = ''] = await files();
    expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const again = await Thumbnails.open(
      folder,
      () => settings,
      () => {},
    );
    expect(await again.read(bench.session.host, on, { name: 'clean', createdAt: 1_000 })).toMatchObject({});
    expect(await again.read(bench.session.host, on, { name: 'clean', createdAt: 2_000 })).toBeNull();
    expect(again.usage()).toMatchObject({ count: 1 });
  });

  it('lets a picture follow a new name, and go with its snapshot', async () => {
    await take('one');
    await take('two');
    await thumbnails.move(bench.session.host, on, 'one', 'uno');
    expect(names().sort()).toEqual(['two', 'uno']);
    await thumbnails.forget(bench.session.host, on, ['uno']);
    expect(names()).toEqual(['two']);
    expect(await files()).toHaveLength(1);
  });

  it('removes what libvirt has not listed for a minute, and not what is only late in the list', async () => {
    await take('here');
    await take('gone');
    const listed = [{ name: 'here', createdAt: 1_000 }];
    await thumbnails.recognise(bench.session.host, on, listed, 0);
    expect(names()).toEqual(['here', 'gone']);
    await thumbnails.recognise(bench.session.host, on, [...listed, { name: 'gone', createdAt: 1_000 }], 50_000);
    await thumbnails.recognise(bench.session.host, on, listed, 70_000);
    expect(names()).toEqual(['here', 'gone']);
    await thumbnails.recognise(bench.session.host, on, listed, 130_000);
    expect(names()).toEqual(['here']);
    expect(await files()).toHaveLength(1);
  });

  it('removes all when told', async () => {
    await take('one');
    await thumbnails.clear();
    expect(thumbnails.usage()).toEqual({ count: 0, bytes: 0 });
    expect(await files()).toEqual([]);
  });

  it('does not fail for a folder that cannot be written', async () => {
    const broken = await Thumbnails.open(
      '/dev/null/x',
      () => settings,
      (line) => bench.lines.push(line),
    );
    await broken.keep(bench.session.host, on, { name: 'one', createdAt: 1 }, await shoot());
    expect(bench.lines.join()).toContain('“one” was not kept');
  });
});

describe.skipIf(withoutDisks('Pictures on a full disk'))('a disk', () => {
  let disk: Disk;
  let host: Bench['session']['host'];
  const open = async () => {
    thumbnails = await Thumbnails.open(
      join(disk.path, 'thumbnails'),
      () => settings,
      (line) => bench.lines.push(line),
    );
  };
  beforeEach(async () => {
    disk = mountDisk();
    folder = join(disk.path, 'thumbnails');
    host = bench.session.host;
    await open();
    await take('one');
  });
  afterEach(() => disk.close());

  it('that is full holds no part of a picture, and none is listed that is not there', async () => {
    disk.fill();
    await take('two');
    expect(bench.lines.join()).toContain('“two” was not kept');
    expect(names()).toEqual(['one']);
    expect(await files()).toHaveLength(1);
    await thumbnails.move(host, on, 'one', 'a longer name '.repeat(500));
    await open();
    expect(names()).toEqual(['one']);
  });

  it('that is read-only fails nothing, and what stays on it stays listed', async () => {
    disk.readOnly(true);
    await thumbnails.tidy(Date.now() + 999 * 86_400_000);
    await thumbnails.forget(host, on, ['one']);
    await thumbnails.move(host, on, 'one', 'uno');
    await thumbnails.recognise(host, on, [], 0);
    await thumbnails.recognise(host, on, [], 90_000);
    await expect(thumbnails.clear()).rejects.toMatchObject({ problem: { code: 'KEPT_NOT_WRITTEN' } });
    expect(await thumbnails.read(host, on, { name: 'one', createdAt: 1_000 })).not.toBeNull();
    settings = { ...settings, thumbnailDays: 0 };
    await open();
    expect(names()).toEqual(['one']);
  });
});

it('the oldest go when it is too much, and whatever is too old', () => {
  const mib = 1024 * 1024;
  const day = 86_400_000;
  const pictures = [1, 2, 3].map((n) => ({ takenAt: n * day, bytes: mib }));
  const over = (thumbnailsMiB: number, thumbnailDays: number) =>
    overLimits(pictures, { thumbnailsMiB, thumbnailDays }, 4 * day).map(({ takenAt }) => takenAt / day);
  expect(over(100, 365)).toEqual([]);
  expect(over(2, 365)).toEqual([1]);
  expect(over(100, 2)).toEqual([1]);
});

describe('pictures', () => {
  const picture = { width: 4, height: 2, rgb: Uint8Array.from({ length: 24 }, (_, index) => index * 9) };

  it('are the same after they were encoded and decoded', () => {
    expect(decodePicture(encodePng(picture))).toEqual(picture);
  });

  it.each([
    ['grey', 0, 8],
    ['RGB', 2, 8],
    ['grey with alpha', 4, 8],
    ['RGB with alpha', 6, 8],
    ['grey of 16 bits', 0, 16],
    ['RGB of 16 bits', 2, 16],
    ['RGB of 16 bits with alpha', 6, 16],
  ] as const)('may be PNGs of the type %s', (_, colorType, bitDepth) => {
    const data = Buffer.from([0, 85, 170, 255, 51, 102].flatMap((n) => [n, n, n, 255]));
    const png = new PNG({ width: 3, height: 2 });
    png.data = bitDepth === 16 ? Buffer.from(Uint16Array.from(data, (n) => n * 257).buffer) : data;
    const made = PNG.sync.write(png, { colorType, bitDepth, inputColorType: 6, inputHasAlpha: true });
    expect(made.subarray(24, 26)).toEqual(Buffer.from([bitDepth, colorType]));
    expect([...decodePicture(made).rgb]).toEqual([0, 85, 170, 255, 51, 102].flatMap((n) => [n, n, n]));
  });

  /** A PNG of chunks. */
  const png = (...chunks: (readonly [type: string, data: readonly number[] | Buffer])[]) =>
    Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      ...chunks.map(([type, data]) => {
        const framed = Buffer.alloc(data.length + 12);
        framed.writeUInt32BE(data.length, 0);
        framed.write(type, 4, 'latin1');
        framed.set(data, 8);
        framed.writeUInt32BE(crc32(framed.subarray(4, data.length + 8)), data.length + 8);
        return framed;
      }),
    ]);
  /** Of 3 × 1 dots. */
  const head = (depth: number, type: number, interlace = 0) =>
    ['IHDR', [0, 0, 0, 3, 0, 0, 0, 1, depth, type, 0, 0, interlace]] as const;
  const rows = (...bytes: number[]) => ['IDAT', deflateSync(Buffer.from(bytes))] as const;
  const end = ['IEND', []] as const;
  const palette = ['PLTE', [1, 2, 3, 4, 5, 6, 7, 8, 9]] as const;

  it('may be PNGs with a palette, or of a bit a dot', () => {
    expect([...decodePicture(png(head(8, 3), palette, rows(0, 2, 0, 1), end)).rgb]).toEqual([
      7, 8, 9, 1, 2, 3, 4, 5, 6,
    ]);
    expect([...decodePicture(png(head(2, 3), palette, rows(0, 0b10_00_01_00), end)).rgb]).toEqual([
      7, 8, 9, 1, 2, 3, 4, 5, 6,
    ]);
    expect([...decodePicture(png(head(1, 0), rows(0, 0b101_00000), end)).rgb]).toEqual([
      255, 255, 255, 0, 0, 0, 255, 255, 255,
    ]);
  });

  it.each([
    ['interlaced', png(head(1, 0, 1), rows(0, 0), end)],
    ['of two headers', png(head(1, 0), head(1, 0), rows(0, 0), end)],
    ['of a type that there is not', png(head(8, 5), rows(0, 0), end)],
    ['without dots', png(head(1, 0), end)],
    ['of fewer dots than told', png(head(8, 2), rows(0, 0), end)],
  ])('that are %s are refused', (_, data) => expect(() => decodePicture(data)).toThrow(RangeError));

  it('of older QEMUs are PPM', () => {
    const ppm = Buffer.concat([Buffer.from('P6\n4 2\n255\n'), picture.rgb]);
    expect(Buffer.from(decodePicture(ppm).rgb)).toEqual(Buffer.from(picture.rgb));
  });

  it('are scaled to the mean of their dots', () => {
    const two = { width: 2, height: 2, rgb: Uint8Array.from([0, 0, 0, 100, 0, 0, 0, 100, 0, 100, 100, 0]) };
    expect([...scaledDown(two, 1).rgb]).toEqual([50, 50, 0]);
    expect(scaledDown(two, 2)).toBe(two);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('not a picture')],
    ['a PNG cut short', encodePng(picture).subarray(0, 40)],
    ['a PPM cut short', Buffer.from('P6\n4 2\n255\nabc')],
    ['a PPM of no size', Buffer.from('P6\n99999 99999\n255\nabc')],
  ])('that are %s are refused', (_, data) => {
    expect(() => decodePicture(data)).toThrow();
  });
});
