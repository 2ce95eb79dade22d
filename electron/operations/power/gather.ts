import { type Disk, isUnlike, isWritable, lastingImage } from '../../../shared/libvirt/disks.ts';
import { endsOff } from '../../../shared/operations/power/rules.ts';
import type { PowerAction } from '../../../shared/operations/words.ts';
import type { PowerFacts } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { ProblemError } from '../../hosts/problems.ts';
import type { MarkStore } from '../../kept/marks.ts';
import { disksIn } from '../../libvirt/disks.ts';
import { domainXml, managedSaveXml, readDomain } from '../../libvirt/domains.ts';
import { readChains } from '../create/chain.ts';

/** @throws ProblemError NOT_CONNECTED, NO_DOMAIN; LibvirtError, ConnectionError */
export async function gatherPower(
  session: HostSession,
  uuid: string,
  action: PowerAction,
  marks: MarkStore,
): Promise<{ domainName: string; facts: PowerFacts }> {
  const domain = await readDomain(session.reads, uuid);
  if (!domain) throw new ProblemError('NO_DOMAIN');
  const last = marks.lastRevert(session.host, uuid);
  const { name: domainName, state, id, persistent, managedSave, snapshotCount } = domain;
  const start = action === 'start' && id === null ? await gatherStart(session, uuid, managedSave) : nothingToStart;
  const off = id !== null && endsOff(action) ? await gatherOff(session, uuid, persistent) : nothingLeft;
  const reverted = last ? { to: last.revertedTo, at: last.at } : null;
  return { domainName, facts: { state, id, persistent, managedSave, ...start, ...off, snapshotCount, reverted } };
}

type OffFacts = Pick<PowerFacts, 'leftBehind' | 'dropped'>;
const nothingLeft: OffFacts = { leftBehind: [], dropped: [] };

/** What a guest that is on writes to and its next start does not have. A transient domain has no next start. */
async function gatherOff({ reads }: HostSession, uuid: string, persistent: boolean): Promise<OffFacts> {
  const disks = (await disksIn(await domainXml(reads, uuid, false))).filter(isWritable);
  const next = persistent ? await disksIn(await domainXml(reads, uuid, true)) : null;
  return {
    leftBehind: disks.flatMap((disk) => {
      const now = lastingImage(disk)?.path;
      const then = next?.find(({ target }) => target === disk.target)?.image?.path ?? null;
      return next === null || now === undefined || then === now ? [] : [{ target: disk.target, now, next: then }];
    }),
    dropped: disks.flatMap((disk) => (lastingImage(disk)?.path === disk.image?.path ? [] : [disk.target])),
  };
}

type StartFacts = Pick<PowerFacts, 'savedElsewhere' | 'savedMissing' | 'missing' | 'unlike' | 'unseen'>;
const nothingToStart: StartFacts = { savedElsewhere: [], savedMissing: [], missing: [], unlike: [], unseen: [] };

async function gatherStart(session: HostSession, uuid: string, managedSave: boolean): Promise<StartFacts> {
  const disks = await disksIn(await domainXml(session.reads, uuid, true));
  const [saved, images] = await Promise.all([
    managedSave ? savedDisks(session, uuid) : [],
    imagesOfStart(session, uuid, disks),
  ]);
  const needed = managedSave && saved ? await imagesOfStart(session, uuid, saved) : null;
  return {
    savedElsewhere: managedSave ? saved && elsewhere(saved, disks) : [],
    savedMissing: needed?.missing ?? [],
    ...images,
  };
}

/** The disks of memory that was saved; null where libvirt does not tell. */
async function savedDisks({ reads }: HostSession, uuid: string): Promise<Disk[] | null> {
  const saved = await managedSaveXml(reads, uuid);
  return saved === null ? null : disksIn(saved);
}

/** What memory that was saved goes on with, where that is not what the domain has. */
function elsewhere(then: readonly Disk[], disks: readonly Disk[]): StartFacts['savedElsewhere'] {
  return [...new Set([...then, ...disks].map(({ target }) => target))].flatMap((target) => {
    const [before, now] = [then, disks].map((all) => all.find((disk) => disk.target === target));
    const [path, pathNow] = [before?.image?.path ?? null, now?.image?.path ?? null];
    return path === pathNow
      ? []
      : [{ target, saved: path, now: pathNow, written: before !== undefined && isWritable(before) }];
  });
}

/** What QEMU would open at a start: what is not there, is not what it is said to be, and what that cannot be told of. */
async function imagesOfStart(
  session: HostSession,
  uuid: string,
  disks: readonly Disk[],
): Promise<Pick<StartFacts, 'missing' | 'unlike' | 'unseen'>> {
  const needed = disks.filter(({ startupPolicy }) => startupPolicy !== 'optional');
  const chains = await readChains(session, needed, await session.readSnapshots(uuid, 'decide'), false);
  const opened = needed.flatMap(({ target, image }) =>
    image === null ? [] : [{ path: image.path, format: image.format, chain: chains.get(target) }],
  );
  return {
    missing: opened.flatMap(({ path, chain }) => [...(chain?.exists === false ? [path] : []), ...(chain?.gone ?? [])]),
    unlike: opened.flatMap(({ path, format, chain }) => (isUnlike(format, chain?.found ?? null) ? [path] : [])),
    unseen: opened.flatMap(({ path, chain }) => (chain?.exists == null || chain.depth === null ? [path] : [])),
  };
}
