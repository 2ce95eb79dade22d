import { posix } from 'node:path';
import { storagePoolListFlag, storagePoolState } from '../../../shared/libvirt/flags.ts';
import { imageFiles } from '../files.ts';
import { readImage } from '../image-bytes.ts';
import { refuse } from '../refuse.ts';
import type { World } from '../world.ts';
import { escapeXml as e } from '../xml-words.ts';
import type { Handlers } from './handler.ts';

const folder = '/var/lib/libvirt/images';
const pool = { name: 'default', uuid: Buffer.from('d0f3a1c2b4e54f60a7b8c9dae0f10213', 'hex') };

/** Bytes of the pool's file system. */
const CAPACITY = 1_099_511_627_776n;
/** The most that is read of an image at once, bytes. */
const RANGE_MAX = 4_194_304n;

/** One pool of files, libvirt's default one (libvirt src/storage/storage_driver.c). */
export const storageHandlers = {
  storagePoolLookupByTargetPath: {
    run({ path }) {
      if (path.replace(/\/+$/, '') !== folder)
        refuse('NO_STORAGE_POOL', 'STORAGE', `no storage pool with matching target path '${path}'`);
      return { pool };
    },
  },
  storagePoolGetInfo: {
    run: (_, { world }) => {
      const allocation = [...imageFiles(world.domains).values()].reduce((sum, file) => sum + file.allocatedBytes, 0n);
      const available = allocation < CAPACITY ? CAPACITY - allocation : 0n;
      return { state: storagePoolState.running, capacity: CAPACITY, allocation, available };
    },
  },
  storagePoolRefresh: {
    writes: 'STORAGE',
    run(_, { world }) {
      for (const domain of world.domains) if (domain.unlisted.length > 0) world.put({ ...domain, unlisted: [] });
      return {};
    },
  },
  storagePoolGetXmlDesc: {
    run: ({ pool: { name } }) => ({
      xml: `<pool type='dir'>\n  <name>${e(name)}</name>\n  <target>\n    <path>${folder}</path>\n  </target>\n</pool>\n`,
    }),
  },
  connectListAllStoragePools: {
    run({ flags }) {
      const pools = flags === storagePoolListFlag.inactive ? [] : [pool];
      return { pools, count: pools.length };
    },
  },
  storagePoolListAllVolumes: {
    run({ needResults }, { world }) {
      const paths = [...imageFiles(world.domains).keys()].filter((path) => isListed(path, world));
      return { vols: needResults ? paths.map(vol) : [], count: paths.length };
    },
  },
  storageVolLookupByPath: {
    run({ path }, { world }) {
      found(path, world);
      return { vol: vol(path) };
    },
  },
  storageVolDownload: {
    writes: 'STORAGE',
    run({ vol: { key }, offset, length }, { world, stream }) {
      const file = found(key, world);
      if (length === 0n || length > RANGE_MAX)
        refuse('INTERNAL_ERROR', 'STORAGE', `the simulator does not stream ${length || 'all'} bytes of an image`);
      const tags = world.domains.flatMap((domain) => domain.tags.filter(({ path }) => path === key));
      const from = world.domains.flatMap(({ written }) => written).find(({ path }) => path === key);
      stream(readImage({ file, tags, from, now: world.env.now }, Number(offset), Number(length)));
      return {};
    },
  },
  storageVolGetXmlDesc: {
    run({ vol: { key } }, { world }) {
      const file = found(key, world);
      const below = file.backing;
      const lines = [
        "<volume type='file'>",
        `  <name>${e(posix.basename(key))}</name>`,
        `  <key>${e(key)}</key>`,
        `  <capacity unit='bytes'>${file.virtualBytes}</capacity>`,
        `  <allocation unit='bytes'>${file.allocatedBytes}</allocation>`,
        '  <target>',
        `    <path>${e(key)}</path>`,
        `    <format type='${file.format}'/>`,
        '  </target>',
        ...(below === null
          ? []
          : ['  <backingStore>', `    <path>${e(below)}</path>`, "    <format type='qcow2'/>", '  </backingStore>']),
        '</volume>',
      ];
      return { xml: `${lines.join('\n')}\n` };
    },
  },
} satisfies Partial<Handlers>;

function isListed(path: string, { domains }: World): boolean {
  return posix.dirname(path) === folder && !domains.some(({ unlisted }) => unlisted.includes(path));
}

function vol(path: string) {
  return { pool: pool.name, name: posix.basename(path), key: path };
}

function found(path: string, world: World) {
  return (
    (isListed(path, world) && imageFiles(world.domains).get(path)) ||
    refuse('NO_STORAGE_VOL', 'STORAGE', `no storage vol with matching path '${path}'`)
  );
}
