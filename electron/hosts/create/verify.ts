import { setTimeout as sleep } from 'node:timers/promises';
import type { NewFiles } from '../../../shared/create/files.ts';
import type { CreateRow } from '../../../shared/create/modes.ts';
import { stateLabel } from '../../../shared/format.ts';
import type { CreateFacts, Found, Snapshot } from '../../../shared/schema.ts';
import { readDisks } from '../../libvirt/disks.ts';
import { type Caller, domainXml, readDomain } from '../../libvirt/domains.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { fileExists } from '../../libvirt/file-probe.ts';
import { readJob } from '../../libvirt/jobs.ts';
import { currentSnapshot, parseSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { parseXml } from '../../libvirt/xml.ts';
import type { HostSession } from '../host-session.ts';
import { lookAfterwards } from '../look-afterwards.ts';

/** What libvirt said when asked afterwards. */
export interface CreateSeen extends Found {
  /** Null: libvirt lists none of that name. */
  readonly snapshot: Snapshot | null;
  /** The image that each disk writes to, by target. */
  readonly images: ReadonlyMap<string, string | null>;
  /** New files that are there, of those that could be looked for. */
  readonly present: readonly string[];
}

export interface CreateExpected {
  readonly name: string;
  readonly row: CreateRow;
  readonly files: NewFiles;
  readonly before: CreateFacts;
}

/**
 * Waits until libvirt is at nothing any more, and asks how things are; null: the domain is gone, or cannot be asked.
 * @param began the request was made and its answer may be outstanding.
 */
export function lookAtCreate(
  session: HostSession,
  { name, files, before: { uuid } }: CreateExpected,
  began: boolean,
): Promise<CreateSeen | null> {
  return lookAfterwards(session, async (reads) => {
    // What was asked for on a connection that was lost goes on.
    while (began && (await readJob(reads, uuid)) !== null) await sleep(500, undefined, { ref: false });
    const [domain, current, xml, snapshot] = await Promise.all([
      readDomain(reads, uuid),
      currentSnapshot(reads, uuid),
      domainXml(reads, uuid, false),
      snapshotOrNull(reads, uuid, name),
    ]);
    if (!domain) return null;
    const paths = [...files.overlays.map(({ file }) => file), ...(files.memory === null ? [] : [files.memory])];
    const there = await Promise.all(paths.map((path) => fileExists(reads, path)));
    return {
      state: domain.state,
      reason: domain.reason,
      current,
      snapshot,
      images: new Map(readDisks(parseXml(xml, 'domain')).map(({ target, image }) => [target, image?.path ?? null])),
      present: paths.filter((_, index) => there[index] === true),
    };
  });
}

/** Sentences where a snapshot that libvirt says it has taken is not as planned, or the domain is not as before. */
export function differencesOfTaken(seen: CreateSeen, expected: CreateExpected): string[] {
  return [...brokenPromises(seen, expected), ...(seen.snapshot ? stateChanged(seen, expected.before) : [])];
}

/** Sentences where a snapshot is not what was promised. */
export function brokenPromises(seen: CreateSeen, { name, row, files, before }: CreateExpected): string[] {
  const { snapshot } = seen;
  const state = row.state === 'guest' ? before.state : row.state;
  if (!snapshot) return [`libvirt does not list “${name}”.`];
  return [
    ...(seen.current === name ? [] : [`“${name}” is not the current snapshot.`]),
    ...(snapshot.memory === row.memory ? [] : [`Its memory is ${snapshot.memory}; ${row.memory} was planned.`]),
    ...(snapshot.state === state
      ? []
      : [`It holds the guest ${stateLabel(snapshot.state)}; ${stateLabel(state)} was expected.`]),
    ...files.overlays
      .filter(({ target, file }) => seen.images.get(target) !== file)
      .map(({ target, file }) => `${target} writes to ${seen.images.get(target) ?? 'nothing'}, not to ${file}.`),
  ];
}

/** Sentences where one that was not taken has left something behind. */
export function leftBehind(seen: CreateSeen, { name, files, before }: CreateExpected): string[] {
  const used = new Set(seen.images.values());
  const moved = movedDisks(seen, files);
  return [
    ...(seen.snapshot ? [`libvirt lists “${name}” nevertheless.`] : []),
    ...moved.map(({ target, file }) => `${target} writes to the new file ${file}.`),
    ...seen.present.filter((path) => !used.has(path)).map((path) => `The file ${path} was left behind.`),
    ...stateChanged(seen, before),
  ];
}

/** Disks that write to the new files. */
export function movedDisks(seen: CreateSeen, { overlays }: NewFiles): NewFiles['overlays'] {
  return overlays.filter(({ target, file }) => seen.images.get(target) === file);
}

function stateChanged(seen: CreateSeen, before: CreateFacts): string[] {
  if (seen.state === before.state) return [];
  return [`The domain is ${stateLabel(seen.state)}; it was ${stateLabel(before.state)}.`];
}

async function snapshotOrNull(reads: Caller, uuid: string, name: string): Promise<Snapshot | null> {
  try {
    return { ...parseSnapshot(parseXml(await snapshotXml(reads, uuid, name), 'domainsnapshot', true)), name };
  } catch (error) {
    if (error instanceof LibvirtError && error.is('NO_DOMAIN_SNAPSHOT')) return null;
    throw error;
  }
}
