import { parseDomainConfig } from '../../../electron/libvirt/config.ts';
import {
  overlaysMade,
  readDisks,
  readNvram,
  readSnapshotDisks,
  readStoredDisks,
} from '../../../electron/libvirt/disks.ts';
import { memoryDevicesOf } from '../../../electron/libvirt/memory-devices.ts';
import { parseSnapshot } from '../../../electron/libvirt/snapshots.ts';
import { readXml, withoutConfigs, XmlError } from '../../../electron/libvirt/xml.ts';
import { readImport } from '../../../electron/operations/metadata/import-read.ts';
import { mutatedText, mutatedXml } from '../mutate.ts';
import { holds, mayRefuse, type Target } from '../target.ts';
import type { Recorded } from './recorded.ts';

/** Configurations and snapshots, and all that is read in them. */
export function xml({ xml: seeds }: Recorded): Target {
  return {
    name: 'xml',
    unit: 'documents',
    full: 100_000,
    draw: (random) => (random.chance(0.8) ? mutatedXml : mutatedText)(random, random.pick(seeds), seeds),
    read: (input) =>
      mayRefuse([XmlError], async () => {
        const text = input as string;
        withoutConfigs(text);
        const isDomain = text.trimStart().startsWith('<domain ') || text.trimStart().startsWith('<domain>');
        const root = await readXml(text, isDomain ? 'domain' : 'domainsnapshot');
        const domain = isDomain ? root : root.at('domain');
        const told: unknown[] = [readDisks(domain)];
        if (domain) told.push(parseDomainConfig(domain), memoryDevicesOf(domain), readNvram(domain));
        if (!isDomain) {
          const stored = readStoredDisks(root, 's');
          told.push(parseSnapshot(root), readSnapshotDisks(root), stored, overlaysMade(stored));
        }
        holds(!hasNoNumber(told), 'no number is none');
      }),
  };
}

/** Files with metadata of snapshots: whatever is in them is told of, and nothing is thrown. */
export function imports({ xml: seeds }: Recorded): Target {
  const files = seeds.map((each) => `<snapkeel-snapshots version='1'>${each}<current>s</current></snapkeel-snapshots>`);
  return {
    name: 'imports',
    unit: 'files',
    full: 20_000,
    draw: (random) =>
      (random.chance(0.8) ? mutatedXml : mutatedText)(random, random.pick(random.chance(0.5) ? files : seeds), seeds),
    async read(input) {
      const { documents, unreadable } = await readImport([{ name: 'a.xml', text: input as string }]);
      holds(documents.length + unreadable.length > 0, 'each file is read or told of');
      for (const { reason } of unreadable) holds(/^[A-Z].*[.!?]$/s.test(reason), `a sentence, and not “${reason}”`);
      return { units: 1, refused: unreadable.length };
    },
  };
}

/** Numbers that are none, anywhere in a value. */
function hasNoNumber(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasNoNumber);
}
