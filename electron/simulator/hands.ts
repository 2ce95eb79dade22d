import { definedDetail } from '../../shared/libvirt/flags.ts';
import type { Change, DomainConfig, DomainModel } from './model.ts';
import * as power from './power.ts';
import { refuse } from './refuse.ts';
import { createSnapshot } from './snapshot-create.ts';
import { deleteSnapshot } from './snapshot-delete.ts';
import type { World } from './world.ts';
import { readSnapshotXml } from './xml-read.ts';
import { escapeXml } from './xml-words.ts';

/** What somebody else does on the host, by domain name: the model changes, and libvirt's events go out. */
export interface Hands {
  /** The domain as it is now. @throws LibvirtError 42 */
  domain(name: string): DomainModel;
  start(name: string, paused?: boolean): void;
  destroy(name: string): void;
  shutdown(name: string): void;
  suspend(name: string): void;
  resume(name: string): void;
  managedSave(name: string): void;
  removeManagedSave(name: string): void;
  /** Changes the stored configuration, and what runs too with `live`. */
  edit(name: string, change: Partial<DomainConfig>, live?: boolean): void;
  /** `edit` of the memory, KiB. */
  setMemory(name: string, memoryKiB: number): void;
  createSnapshot(name: string, snapshot: string, options?: { description?: string; flags?: number }): void;
  deleteSnapshot(name: string, snapshot: string, flags?: number): void;
  /** Metadata restored without CURRENT: no snapshot is the current one. */
  forgetCurrent(name: string): void;
  /** The data of a snapshot disappears while its metadata stays. */
  loseSnapshot(name: string, snapshot: string): void;
  /** A file disappears from the storage. */
  removeFile(name: string, path: string): void;
  /** The guest agent in the guest stops or starts. */
  setAgent(name: string, agent: DomainModel['agent']): void;
  startBlockJob(name: string, target: string): void;
  endBlockJobs(name: string): void;
  /** Defines or replaces a domain. */
  define(domain: DomainModel): void;
  undefine(name: string): void;
}

export function createHands(world: World): Hands {
  const find = (name: string): DomainModel =>
    world.domains.find((each) => each.name === name) ??
    refuse('NO_DOMAIN', 'QEMU', `Domain not found: no domain with matching name '${name}'`);
  const doing =
    <A extends unknown[]>(act: (domain: DomainModel, ...args: A) => Change) =>
    (name: string, ...args: A): void =>
      world.apply(act(find(name), ...args));
  const silently = (domain: DomainModel): Change => ({ domain, events: [] });

  const edit = doing((domain, change: Partial<DomainConfig>, live: boolean = false) => ({
    domain: {
      ...domain,
      config: { ...domain.config, ...change },
      live: live && domain.live ? { ...domain.live, ...change } : domain.live,
    },
    events: [power.tell('defined', definedDetail.updated)],
  }));
  return {
    domain: find,
    start: doing((domain, paused: boolean = false) => power.start(domain, world.env, paused)),
    destroy: doing(power.destroy),
    shutdown: doing(power.shutdown),
    suspend: doing(power.suspend),
    resume: doing(power.resume),
    managedSave: doing(power.managedSave),
    removeManagedSave: doing((domain) => silently({ ...domain, managedSave: false })),
    edit,
    setMemory: (name, memoryKiB) => edit(name, { memoryKiB }),
    createSnapshot: doing((domain, name: string, options: { description?: string; flags?: number } = {}) => {
      const { description = '', flags = 0 } = options;
      const xml = `<domainsnapshot><name>${escapeXml(name)}</name><description>${escapeXml(description)}</description></domainsnapshot>`;
      return createSnapshot(domain, readSnapshotXml(xml), flags, world.env).change;
    }),
    deleteSnapshot: doing((domain, name: string, flags: number = 0) =>
      deleteSnapshot(domain, name, flags, world.options.libvirtVersion),
    ),
    forgetCurrent: doing((domain) => silently({ ...domain, current: null })),
    loseSnapshot: doing((domain, name: string) =>
      silently({
        ...domain,
        snapshots: domain.snapshots.map((each) => (each.name === name ? { ...each, lost: true } : each)),
        tags: domain.tags.filter((each) => each.name !== name),
      }),
    ),
    removeFile: doing((domain, path: string) => silently({ ...domain, gone: [...domain.gone, path] })),
    setAgent: doing((domain, agent: DomainModel['agent']) => silently({ ...domain, agent })),
    startBlockJob: doing((domain, target: string) => silently({ ...domain, blockJobs: [...domain.blockJobs, target] })),
    endBlockJobs: doing((domain) => silently({ ...domain, blockJobs: [] })),
    define: (domain) => world.apply({ domain, events: [power.tell('defined', definedDetail.added)] }),
    undefine(name) {
      const domain = find(name);
      world.apply({ domain: { ...domain, persistent: false }, events: [power.tell('undefined', 0)] });
    },
  };
}
