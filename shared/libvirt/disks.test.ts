import { expect, it } from 'vitest';
import { isUnlike, lastingImage } from './disks.ts';

const image = (path: string, format: string | null = 'qcow2') => ({ path, type: 'file', format });
const dropped = image('/i/a.raw.TRANSIENT-web');

it.each([
  ['a plain disk’s own', image('/i/a.qcow2'), [], false, image('/i/a.qcow2')],
  ['a transient disk’s of a guest that is off', image('/i/a.raw'), [], true, image('/i/a.raw')],
  ['what the overlay lies on', dropped, [image('/i/a.raw', 'raw')], true, image('/i/a.raw', 'raw')],
  ['the same, where the configuration says nothing', dropped, [], true, image('/i/a.raw', null)],
  ['one that is only named so', dropped, [], false, dropped],
  ['a folder that is named so', image('/i.TRANSIENT-a/b'), [], true, image('/i.TRANSIENT-a/b')],
  ['none of an empty drive', null, [], true, null],
])('the image that stays: %s', (_, top, below, transient, lasting) => {
  expect(lastingImage({ image: top, below, transient })).toEqual(lasting);
});

it.each([
  ['qcow2', 'raw', true],
  ['qcow2', 'qcow2', false],
  ['raw', 'iso', false],
  ['qcow2', null, false],
  [null, 'raw', false],
])('said to be %s and found to be %s: unlike is %s', (said, found, unlike) => {
  expect(isUnlike(said, found)).toBe(unlike);
});
