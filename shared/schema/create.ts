import { z } from 'zod';
import { MemoryDevice } from '../libvirt/devices.ts';
import { DomainState } from './base.ts';
import { Disk } from './disk.ts';
import { ImageTag } from './image-tag.ts';
import { planOf } from './plan.ts';
import { Snapshot } from './snapshot.ts';

/** What a snapshot includes and where that goes: `internal` in the images, `external` in new files. */
export const CreateMode = z.enum(['memory-internal', 'memory-external', 'disks-internal', 'disks-external']);
export type CreateMode = z.infer<typeof CreateMode>;

/** What the person has chosen of a snapshot that is to be taken. */
export const CreateDraft = z.object({
  name: z.string(),
  description: z.string().max(4_000),
  mode: CreateMode,
  /** The guest goes on while its memory is written; of external memory only. */
  live: z.boolean(),
  /** The guest agent freezes the file systems meanwhile; of disks only. */
  quiesce: z.boolean(),
  /** The guest is left off afterwards; of one that is on. */
  halt: z.boolean(),
  /** Where external memory goes; empty for Snapkeel’s own choice. */
  memoryFile: z.string(),
  /** A disk that is not named is included. */
  disks: z.array(
    z.object({
      target: z.string(),
      include: z.boolean(),
      /** Where its overlay goes; empty for libvirt’s own choice. */
      file: z.string(),
    }),
  ),
});
export type CreateDraft = z.infer<typeof CreateDraft>;

/** What is known of the host’s files: whether a path is taken, and the space left in folders. Null is unknown. */
export const FileFacts = z.object({
  exists: z.record(z.string(), z.boolean().nullable()),
  /** Bytes, by folder. */
  free: z.record(z.string(), z.number().nullable()),
});
export type FileFacts = z.infer<typeof FileFacts>;

/** A disk of the configuration in force, with what decides how a snapshot keeps it. */
export const CreateDisk = Disk.extend({
  /** Whether the host has the image; null where that cannot be told. */
  exists: z.boolean().nullable(),
  /** What the storage says the image is, while the domain is off; null is unknown. */
  found: z.string().nullable(),
  /** How many images it consists of, the one that is written to included; null where nobody tells how far down it goes. */
  depth: z.number().nullable(),
  /** Images below that the host does not have. */
  gone: z.array(z.string()),
  /** The internal snapshots in the image, by its own table; null where that cannot be read. */
  tags: z.array(ImageTag).nullable(),
  /** The image of the next start: that of the stored configuration. Null: none there, or no such disk. */
  next: z.string().nullable(),
});
export type CreateDisk = z.infer<typeof CreateDisk>;

/** Everything that decides how a snapshot of a domain can be taken. Null is unknown unless said otherwise. */
export const CreateFacts = z.object({
  driver: z.string(),
  libvirtVersion: z.number(),
  uuid: z.string(),
  name: z.string(),
  state: DomainState,
  /** In virsh’s words (domstate --reason). */
  reason: z.string(),
  /** It has an id, and a hypervisor process: also a guest that has crashed and is kept. */
  active: z.boolean(),
  persistent: z.boolean(),
  managedSave: z.boolean(),
  memoryBytes: z.number().nullable(),
  /** The firmware is a flash image, as libvirt has it now (`<loader type='pflash'>`). */
  pflash: z.boolean(),
  /** `none`: no NVRAM. Otherwise the format of its image. */
  nvram: z.enum(['none', 'qcow2', 'other']),
  tpm: z.boolean(),
  disks: z.array(CreateDisk),
  /** Devices that may keep the guest’s memory from being saved. */
  devices: z.array(MemoryDevice),
  /** Targets of disks with a block job. */
  blockJobs: z.array(z.string()).nullable(),
  /** Another job of libvirt’s is under way, as a backup or a dump. */
  job: z.boolean().nullable(),
  /** Names of checkpoints. */
  checkpoints: z.array(z.string()).nullable(),
  /** The guest agent’s channel: not there, nobody at its other end, or somebody. */
  agent: z.enum(['none', 'disconnected', 'connected']),
  snapshots: z.array(Snapshot.pick({ name: true, kind: true, memory: true, state: true })),
  /** Null: none is current. */
  current: z.string().nullable(),
  files: FileFacts,
});
export type CreateFacts = z.infer<typeof CreateFacts>;

/** What the person reads and chooses from before a snapshot is taken. */
export const CreatePlan = planOf('create', CreateFacts, {
  /** The name by the pattern of the settings, not taken yet. */
  suggestedName: z.string(),
});
export type CreatePlan = z.infer<typeof CreatePlan>;
