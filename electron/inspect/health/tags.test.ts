import { expect, test } from 'vitest';
import { FakeCaller } from '../../libvirt/fake-caller.ts';
import { CLUSTER_BYTES, headerBytes } from '../../libvirt/qcow2/write.ts';
import { marksOf, readTables, tagsOf } from './tags.ts';

const never = new AbortController().signal;

test('what QEMU has marked is known, and what cannot be read has no tags', async () => {
  const marks: Readonly<Record<string, number>> = { '/sound': 0, '/dirty': 1, '/corrupt': 2 };
  const volume = (key: string) => ({ pool: 'p', name: key, key });
  const caller = new FakeCaller(
    { storageVolLookupByPath: ({ path }) => ({ vol: volume(path) }), storageVolDownload: () => ({}) },
    {
      storageVolDownload({ vol: { key }, offset, length }) {
        const image = headerBytes({ diskBytes: 1n, snapshotCount: 0, snapshotsOffset: CLUSTER_BYTES });
        image.writeUInt8(marks[key] ?? 0, 79);
        return key === '/raw' ? Buffer.alloc(0) : image.subarray(Number(offset), Number(offset + length));
      },
    },
  );
  const tables = await readTables(caller, [...Object.keys(marks), '/raw', '/raw'], never);
  expect(Object.fromEntries(marksOf(tables))).toEqual({ '/dirty': 'dirty', '/corrupt': 'corrupt' });
  expect(Object.fromEntries(tagsOf(tables))).toEqual({ '/sound': [], '/dirty': [], '/corrupt': null, '/raw': [] });
});
