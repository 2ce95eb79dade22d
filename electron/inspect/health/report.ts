import { assessHealth } from '../../../shared/health/assess.ts';
import { dataOfEach, type SnapshotData } from '../../../shared/health/data.ts';
import type { HealthFacts } from '../../../shared/health/facts.ts';
import type { HealthReport } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { checkpointFacts } from '../../libvirt/checkpoints.ts';
import { Pace } from '../../libvirt/pace.ts';
import { readLayers } from './layers.ts';
import { type Memory, remembered } from './remembered.ts';
import { findStrays } from './strays.ts';
import { imagesWithTags, marksOf, readTables, tagsOf } from './tags.ts';

/**
 * Looks at everything that a domain's snapshots are made of, and says what is not as it should be. Only reads.
 * @throws ProblemError NOT_CONNECTED, NO_DOMAIN; LibvirtError; ConnectionError; what the signal was aborted with
 */
export async function healthOf(
  session: HostSession,
  uuid: string,
  signal: AbortSignal,
  marks?: Memory,
): Promise<HealthReport> {
  const { reads, host } = session;
  const { driver, libvirtVersion } = session.peer;
  const known = await readLayers(
    session,
    uuid,
    (disks, snapshots) => [
      ...disks.flatMap(({ nodes }) => [...nodes.keys()]),
      ...snapshots.flatMap(({ memoryFile }) => memoryFile ?? []),
    ],
    signal,
  );
  const { domain, snapshots, stored, disks, files, modifiedAt } = known;
  const [{ strays, unlisted }, tables, checkpoints] = await Promise.all([
    findStrays(
      reads,
      disks,
      disks.flatMap(({ nodes }) => [...nodes.keys()]),
      signal,
    ),
    readTables(reads, imagesWithTags(disks), signal),
    checkpointFacts(reads, uuid),
  ]);
  const facts: HealthFacts = {
    driver,
    libvirtVersion,
    domain: {
      uuid,
      name: domain.name,
      active: domain.id !== null,
      managedSave: domain.managedSave,
      targets: known.now.map(({ target }) => target),
    },
    current: stored.current,
    snapshots,
    disks,
    files,
    tags: tagsOf(tables),
    marked: marksOf(tables),
    ...(marks ? remembered(marks, host, uuid, snapshots) : { interrupted: new Set(), imported: new Set() }),
    modifiedAt,
    takenAt: new Map(stored.all.map(({ snapshot }) => [snapshot.name, snapshot.createdAt])),
    checkpoints: checkpoints?.map(({ name }) => name) ?? null,
    strays: strays.filter(({ usedBy }) => usedBy?.length === 0),
    unlisted,
  };
  const data = new Map<string, SnapshotData>();
  const pace = new Pace();
  for (const [name, found] of dataOfEach(facts)) {
    data.set(name, found);
    await pace.breathe(signal);
  }
  return assessHealth(facts, data);
}
