import type { DiskLayers } from '../chain.ts';
import type { StoredDisks, StrayOverlay } from '../libvirt/disks.ts';
import type { Host } from '../rule.ts';
import type { Snapshot } from '../schema.ts';
import type { Tag } from './data.ts';

export interface HealthSnapshot extends Pick<Snapshot, 'name' | 'parent' | 'state' | 'memory' | 'kind'> {
  readonly memoryFile: string | null;
  /** It holds the domain's configuration, without which libvirt does not revert. */
  readonly hasConfig: boolean;
  /** False: libvirt gave XML that is none. Nothing else is known of it then. */
  readonly readable: boolean;
  readonly stored: StoredDisks;
}

/** What is known of a file. Sizes in bytes; null is unknown. */
export interface FileFact {
  readonly exists: boolean | null;
  readonly virtualBytes: number | null;
  readonly allocatedBytes: number | null;
}

/** Size in bytes; null is unknown. */
export interface StrayFile extends StrayOverlay {
  readonly allocatedBytes: number | null;
}

export interface HealthFacts extends Host {
  readonly domain: {
    readonly uuid: string;
    readonly name: string;
    readonly active: boolean;
    readonly managedSave: boolean;
    /** Targets of its disks, in its order. */
    readonly targets: readonly string[];
  };
  readonly current: string | null;
  /** Parents first. */
  readonly snapshots: readonly HealthSnapshot[];
  readonly disks: readonly DiskLayers[];
  /** By path: images and memory files. */
  readonly files: ReadonlyMap<string, FileFact>;
  /** By image its table of internal snapshots; null or absent is unknown. */
  readonly tags: ReadonlyMap<string, readonly Tag[] | null>;
  /**
   * Images that QEMU has marked: `corrupt`, it opens them for reading only; `dirty`, their refcounts are behind, as they may
   * be while a guest writes to them.
   */
  readonly marked: ReadonlyMap<string, 'corrupt' | 'dirty'>;
  /** When files were last written to, by path, milliseconds since 1970; absent is unknown. */
  readonly modifiedAt: ReadonlyMap<string, number>;
  /** When each snapshot was taken, milliseconds since 1970, as its metadata say. */
  readonly takenAt: ReadonlyMap<string, number>;
  /** Snapshots whose deletion was seen to be broken off while it wrote. */
  readonly interrupted: ReadonlySet<string>;
  /** Snapshots whose metadata was brought back from a file. */
  readonly imported: ReadonlySet<string>;
  /** Names of the domain's checkpoints; null is unknown. */
  readonly checkpoints: readonly string[] | null;
  readonly strays: readonly StrayFile[];
  /** Folders with images that no storage pool covers, so that nothing is known of what else is in them. */
  readonly unlisted: readonly string[];
}

export const unknownFile: FileFact = { exists: null, virtualBytes: null, allocatedBytes: null };
