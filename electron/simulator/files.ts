import { firmwareOf } from './firmware.ts';
import type { DomainConfig, DomainModel, StrayFile } from './model.ts';

/** An image on the simulated host's storage. Sizes in bytes. */
export interface ImageFile {
  readonly path: string;
  readonly format: string;
  readonly backing: string | null;
  readonly virtualBytes: bigint;
  readonly allocatedBytes: bigint;
}

const VIRTUAL_BYTES = 42_949_672_960n;

/**
 * The images that there are: whatever a configuration or an external snapshot builds on, and what was left behind. An
 * overlay that a revert abandoned is in no configuration any more, and so is gone, as libvirt unlinks it.
 */
export function imageFiles(domains: readonly DomainModel[]): ReadonlyMap<string, ImageFile> {
  const files = new Map<string, ImageFile>();
  for (const domain of domains) for (const [path, file] of filesOf(domain)) if (!files.has(path)) files.set(path, file);
  return files;
}

const known = new WeakMap<DomainModel, ReadonlyMap<string, ImageFile>>();

/** Of each state of a domain once: that is asked for with each image that is looked at. */
function filesOf(domain: DomainModel): ReadonlyMap<string, ImageFile> {
  const before = known.get(domain);
  if (before) return before;
  const files = new Map<string, ImageFile>();
  const gone = new Set(domain.gone);
  for (const { path, backing } of [...chainsOf(domain).flat(), ...domain.strays])
    if (!files.has(path) && !gone.has(path)) files.set(path, imageFile(path, backing));
  known.set(domain, files);
  return files;
}

/** Memory files of external snapshots. */
export function memoryFiles(domains: readonly DomainModel[]): ReadonlySet<string> {
  const present = domains.flatMap(({ snapshots, gone }) =>
    snapshots.flatMap(({ memoryFile, lost }) =>
      memoryFile !== null && !lost && !gone.includes(memoryFile) ? [memoryFile] : [],
    ),
  );
  return new Set(present);
}

/** Firmware and its variables that a configuration names. */
export function firmwareFiles(domains: readonly DomainModel[]): ReadonlySet<string> {
  const present = domains.flatMap((domain) =>
    configsOf(domain).flatMap((config) => {
      const firmware = firmwareOf(config, domain.name);
      return firmware ? [firmware.loader, firmware.nvram].filter((path) => !domain.gone.includes(path)) : [];
    }),
  );
  return new Set(present);
}

/** Images that a change would leave without anything in the metadata that knows of them: they stay on the storage. */
export function leftBehind(before: DomainModel, after: DomainModel): StrayFile[] {
  const known = new Set([...chainsOf(after).flat(), ...after.strays].map(({ path }) => path));
  const stray = new Map(
    chainsOf(before)
      .flat()
      .filter(({ path }) => !known.has(path))
      .map((file) => [file.path, file]),
  );
  return [...after.strays, ...stray.values()];
}

/** Of a domain's configurations, the images of every disk with what each lies on. */
function chainsOf(domain: DomainModel): StrayFile[][] {
  return configsOf(domain).flatMap(chainsIn);
}

function configsOf({ config, live, snapshots }: DomainModel): DomainConfig[] {
  const configs = [config, live, ...snapshots.flatMap((each) => [each.config, each.inactiveConfig])];
  return configs.flatMap((each) => each ?? []);
}

function chainsIn({ disks }: DomainConfig): StrayFile[][] {
  return disks.map((disk) => {
    const images = disk.path === null ? [] : [disk.path, ...disk.backing];
    return images.map((path, depth) => ({ path, backing: images.slice(depth + 1) }));
  });
}

/** The deeper the chain, the less an overlay holds. */
function imageFile(path: string, backing: readonly string[]): ImageFile {
  return {
    path,
    format: path.endsWith('.raw') || path.endsWith('.img') ? 'raw' : 'qcow2',
    backing: backing[0] ?? null,
    virtualBytes: VIRTUAL_BYTES,
    allocatedBytes: 12_884_901_888n / 2n ** BigInt(Math.min(backing.length * 3, 16)),
  };
}
