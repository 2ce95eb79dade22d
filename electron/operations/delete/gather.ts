import { imagesOf } from '../../../shared/libvirt/disks.ts';
import type { DeleteFacts, ImageFact } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { type KnownLayers, readLayers } from '../../inspect/health/layers.ts';
import { findStrays } from '../../inspect/health/strays.ts';
import { type ImageTags, imagesWithTags, readTags } from '../../inspect/health/tags.ts';
import type { MarkStore } from '../../kept/marks.ts';
import { disksIn } from '../../libvirt/disks.ts';
import { activeBlockJobs, managedSaveXml } from '../../libvirt/domains.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { hasJob } from '../../libvirt/jobs.ts';

/** The images that are read for internal snapshots that nobody lists. */
const MOST_TABLES = 40;

/**
 * Asks libvirt for everything that the rules of a deletion look at.
 * @param held images whose tables are read too, as those that held what is gone
 * @throws ProblemError NOT_CONNECTED, NO_DOMAIN; LibvirtError; ConnectionError; what the signal was aborted with
 */
export async function gatherDeleteFacts(
  session: HostSession,
  uuid: string,
  marks: MarkStore,
  signal: AbortSignal = new AbortController().signal,
  held: readonly string[] = [],
): Promise<DeleteFacts> {
  const { host, reads } = session;
  const { driver, libvirtVersion } = session.peer;
  const source = { reads, readSnapshots: (id: string) => session.readSnapshots(id) };
  const known = await readLayers(source, uuid, imagesAtStake, signal);
  const { domain, config, snapshots, stored } = known;
  const active = domain.id !== null;
  const targets = known.now.map(({ target }) => target);
  const [blockJobs, busy, tags, saved, { strays }] = await Promise.all([
    active ? unlessRefused(activeBlockJobs(reads, uuid, targets)) : [],
    active ? hasJob(reads, uuid) : false,
    readTags(reads, [...imagesForTags(known), ...held], signal),
    domain.managedSave ? managedSaveXml(reads, uuid) : null,
    findStrays(reads, known.disks, imagesAtStake(known.disks, snapshots), signal),
  ]);
  const wayBack = marks.lastRevert(host, uuid)?.safetyRequestId ?? null;
  const safety = marks.safety(host, uuid).find(({ requestId }) => requestId === wayBack);
  const pinned = marks.marked(host, uuid, 'pinned');
  const interrupted = marks.marked(host, uuid, 'interrupted');
  const { name, state, reason, managedSave } = domain;
  return {
    driver,
    libvirtVersion,
    domain: {
      uuid,
      name,
      state,
      reason,
      active,
      managedSave,
      savedImages:
        saved === null
          ? null
          : imagesOf(await disksIn(saved)).flatMap(({ path, below }) => [path, ...below.map((image) => image.path)]),
      disks: config,
      blockJobs,
      busy,
    },
    current: stored.current,
    snapshots: snapshots.map(({ readable, hasConfig, ...each }) => ({
      ...each,
      known: readable && hasConfig,
      pinned: pinned.has(each.name),
      undoes: safety?.name === each.name,
      interrupted: interrupted.has(each.name),
    })),
    images: imageFacts(known, tags),
    strays: strays.map(({ path, on, usedBy }) => ({ path, on, usedBy })),
  };
}

/** A deletion of internal snapshots asks nothing of the images; with external ones it matters what lies on what. */
function imagesAtStake(disks: KnownLayers['disks'], snapshots: KnownLayers['snapshots']): string[] {
  const isOutside = snapshots.some(({ kind }) => kind === 'external' || kind === 'mixed');
  return isOutside ? disks.flatMap(({ nodes }) => [...nodes.keys()]) : [];
}

/** Those that hold what libvirt lists, and of chains that are not too long those that may be merged or deleted, too. */
function imagesForTags({ disks, snapshots }: KnownLayers): string[] {
  const others = imagesAtStake(disks, snapshots);
  return [...imagesWithTags(disks), ...(others.length <= MOST_TABLES ? others : [])];
}

function imageFacts({ disks, files, formats, probed }: KnownLayers, tags: ImageTags): Record<string, ImageFact> {
  const paths = new Set([...disks.flatMap(({ nodes }) => [...nodes.keys()]), ...probed.keys(), ...tags.keys()]);
  return Object.fromEntries(
    [...paths].map((path) => {
      const under = probed.get(path);
      const table = tags.get(path) ?? null;
      const found = formats.get(path) ?? null;
      return [
        path,
        {
          exists: files.get(path)?.exists ?? null,
          tags: table && [...table],
          ...(under === undefined ? {} : { under }),
          ...(found === null ? {} : { found }),
        },
      ];
    }),
  );
}

/** What libvirt does not tell is not known. */
function unlessRefused<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch((error: unknown) => {
    if (error instanceof LibvirtError && !error.is('NO_DOMAIN')) return null;
    throw error;
  });
}
