import { chainFrom } from '../../../shared/chain.ts';
import { configChanges, type DomainConfig } from '../../../shared/config-changes.ts';
import { type DataFacts, dataOfSnapshot } from '../../../shared/health/data.ts';
import { type Disk, hostPath, imagesOf, lastingImage } from '../../../shared/libvirt/disks.ts';
import { isLive } from '../../../shared/operations/revert/risk.ts';
import type { ConfigChange, DiskFact, RevertFacts, RevertTarget } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { ProblemError } from '../../hosts/problems.ts';
import { type KnownLayers, type Source as LayerSource, readLayers } from '../../inspect/health/layers.ts';
import { type Memory, type Remembered, remembered } from '../../inspect/health/remembered.ts';
import { findStrays } from '../../inspect/health/strays.ts';
import { checkpointFacts } from '../../libvirt/checkpoints.ts';
import { parseDomainConfig } from '../../libvirt/config.ts';
import { diskAllocation, readDisks } from '../../libvirt/disks.ts';
import { activeBlockJobs, autostarts, type Caller, domainXml, type StreamCaller } from '../../libvirt/domains.ts';
import { fileExists } from '../../libvirt/file-probe.ts';
import { hasJob } from '../../libvirt/jobs.ts';
import { contentOf } from '../../libvirt/snapshot-table.ts';
import type { DomainSnapshots, StoredSnapshot } from '../../libvirt/stored-snapshot.ts';
import { readXml, type XmlElement } from '../../libvirt/xml.ts';
import { historyOf } from './history.ts';
import { imagesAround, overlaysUnlinked } from './overlays.ts';
import { imagesSpoiled, leftOn } from './spoiled.ts';
import { configsOf, filesNamed, neededFiles, storedFacts } from './stored.ts';

/** A connection to ask, and what is known of its other end. */
export interface Source extends LayerSource, Pick<RevertFacts, 'driver' | 'libvirtVersion' | 'hypervisorVersion'> {}

interface GatheredFacts {
  readonly facts: RevertFacts;
  /** The configuration of the next start: XML without secrets. */
  readonly config: string;
}

type Remember = (snapshots: readonly { readonly name: string }[]) => Remembered;

/**
 * Asks libvirt for everything the rules look at, and for the configuration of the next start.
 * @throws ProblemError NO_DOMAIN, NO_CURRENT_SNAPSHOT, SNAPSHOT_GONE, NOT_CONNECTED; LibvirtError; ConnectionError
 */
export async function gatherRevert(
  session: HostSession,
  uuid: string,
  target: RevertTarget,
  riskReported: string | null,
  marks: Memory,
): Promise<GatheredFacts> {
  const { driver, libvirtVersion, hypervisorVersion } = session.peer;
  const source: Source = {
    reads: session.reads,
    readSnapshots: (id) => session.readSnapshots(id, 'decide', target.kind === 'named' ? [target.name] : []),
    driver,
    libvirtVersion,
    hypervisorVersion,
  };
  return gatherFacts(source, uuid, target, riskReported, (all) => remembered(marks, session.host, uuid, all));
}

/** The same without a session. @throws as gatherRevert, except NOT_CONNECTED */
export async function gatherFacts(
  source: Source,
  uuid: string,
  target: RevertTarget,
  riskReported: string | null,
  remember: Remember = () => ({ interrupted: new Set(), imported: new Set() }),
): Promise<GatheredFacts> {
  const { reads, driver, libvirtVersion, hypervisorVersion } = source;
  let aimed: StoredSnapshot | undefined;
  const known = await readLayers(
    source,
    uuid,
    (disks, _, all) => {
      aimed = aimedAt(all, target);
      const now = disks.flatMap((disk) => (disk.active === null ? [] : chainFrom(disk, disk.active)));
      if (!aimed) return [];
      const left = leftOn(imagesSpoiled(aimed, all), disks, all);
      return [...filesNamed(aimed, disks), ...[...now, ...left].map(({ path }) => path), ...imagesAround(all, disks)];
    },
    new AbortController().signal,
  );
  const { domain, live, stored: snapshots } = known;
  const { list } = snapshots;
  if (!aimed) {
    if (target.kind === 'current' && list.current === null)
      throw new ProblemError('NO_CURRENT_SNAPSHOT', { domain: domain.name });
    throw new ProblemError('SNAPSHOT_GONE', { snapshot: target.kind === 'named' ? target.name : (list.current ?? '') });
  }
  const { snapshot } = aimed;
  const active = domain.id !== null;
  const current = readDisks(live);
  const [inactiveText, autostart, disks, blockJobs, checkpoints, job, contents, files, spoiled] = await Promise.all([
    domainXml(reads, uuid, true),
    autostarts(reads, uuid),
    Promise.all(current.filter(({ image }) => image !== null).map((disk) => diskFact(reads, uuid, disk, known.files))),
    active
      ? activeBlockJobs(
          reads,
          uuid,
          current.map((disk) => disk.target),
        )
      : [],
    checkpointFacts(reads, uuid),
    active ? hasJob(reads, uuid) : false,
    contentsOf(reads, aimed),
    neededFiles(reads, aimed),
    driver === 'QEMU' ? spoiledBy(reads, known, aimed) : [],
  ]);
  const configs = configsOf(aimed);
  const tags = new Map([...contents].map(([path, content]) => [path, content?.tags ?? null]));
  const { state, why } = dataFacts(known, aimed, { tags, libvirtVersion, ...remember(known.snapshots) });
  const facts: RevertFacts = {
    driver,
    libvirtVersion,
    hypervisorVersion,
    domain: {
      uuid,
      name: domain.name,
      state: domain.state,
      reason: domain.reason,
      active,
      persistent: domain.persistent,
      managedSave: domain.managedSave,
      autostart,
      checkpoints,
      job,
      disks,
      blockJobs,
      consoles: [...parseDomainConfig(live).graphics],
    },
    snapshot,
    hasConfig: aimed.config !== undefined,
    stored: storedFacts({ aimed, known, current, disks, files, contents }),
    overlays: overlaysUnlinked(known, disks),
    history: { ...historyOf(known, aimed), spoiled },
    current: list.current,
    data: { state, why: [...why] },
    configChanges:
      isLive(snapshot) && active
        ? changes(configs.live, live)
        : changes(configs.next, await readXml(inactiveText, 'domain'), isLive(snapshot) && !configs.hasNext),
    riskReported,
  };
  return { facts, config: inactiveText };
}

/** Files that lie on what the revert writes to or deletes, and of which nothing else tells. */
async function spoiledBy(reads: Caller, { stored, disks, files }: KnownLayers, aimed: StoredSnapshot) {
  const images = imagesSpoiled(aimed, stored);
  const left = leftOn(images, disks, stored).filter(({ path }) => files.get(path)?.exists !== false);
  const below = [...images, ...left.map(({ path }) => path)];
  const { strays } = await findStrays(reads, disks, below, new AbortController().signal);
  return [
    ...left.map((each) => ({ ...each, usedBy: [] })),
    ...strays.map(({ path, on, usedBy }) => ({ path, on, usedBy })),
  ];
}

function aimedAt(all: DomainSnapshots, target: RevertTarget): StoredSnapshot | undefined {
  const name = target.kind === 'current' ? all.current : target.name;
  return name === null ? undefined : all.get(name);
}

async function diskFact(reads: Caller, uuid: string, disk: Disk, files: KnownLayers['files']): Promise<DiskFact> {
  const { target, device, type, readonly } = disk;
  const image = lastingImage(disk);
  const allocation = await diskAllocation(reads, uuid, target);
  const { format, path: file } = image ?? { format: null, path: null };
  const path = hostPath(image);
  // Of a guest that is on libvirt asks QEMU, which has its image open even if it is gone from the host (seen on 9.0).
  const exists = path === null ? null : (files.get(path)?.exists ?? (await fileExists(reads, path)));
  const missing = allocation === 'missing' || exists === false;
  return {
    target,
    device,
    readonly,
    type,
    format: format ?? '',
    file,
    dropped: disk.image && disk.image.path !== file ? disk.image.path : null,
    allocationBytes: missing ? null : allocation,
    missing,
  };
}

/** What is inside the images that hold the snapshot; null where one cannot be read. */
async function contentsOf(reads: StreamCaller, { disks: { config, disks } }: StoredSnapshot) {
  const kept = new Set(disks.filter(({ kind }) => kind === 'internal').map(({ target }) => target));
  const paths = [
    ...new Set(imagesOf(config.filter(({ target }) => kept.has(target))).flatMap((image) => hostPath(image) ?? [])),
  ];
  return new Map(await Promise.all(paths.map(async (path) => [path, await contentOf(reads, path)] as const)));
}

function dataFacts(
  { stored, snapshots, disks, files, modifiedAt }: KnownLayers,
  aimed: StoredSnapshot,
  told: Remembered & Pick<DataFacts, 'tags' | 'libvirtVersion'>,
) {
  const data = dataOfSnapshot(
    {
      current: stored.current,
      snapshots,
      disks,
      files,
      ...told,
      modifiedAt,
      takenAt: new Map(stored.all.map(({ snapshot }) => [snapshot.name, snapshot.createdAt])),
    },
    aimed.snapshot.name,
  );
  return data ?? { state: 'unknown' as const, why: [] };
}

/**
 * @param unlike the one is a running guest's configuration and the other is not: libvirt has filled in a CPU on one
 * side only, so that is not compared.
 */
function changes(then: XmlElement | undefined, now: XmlElement, unlike = false): ConfigChange[] {
  if (!then) return [];
  const comparable = (config: DomainConfig): DomainConfig => (unlike ? { ...config, cpu: '' } : config);
  return configChanges(comparable(parseDomainConfig(then)), comparable(parseDomainConfig(now)));
}
