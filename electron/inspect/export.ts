import { type Disk, isWritable } from '../../shared/libvirt/disks.ts';
import { virshTarget } from '../../shared/libvirt/virsh.ts';
import { exportText } from '../../shared/operations/metadata/export-text.ts';
import { virshExport } from '../../shared/operations/metadata/virsh.ts';
import type { Snapshot, SnapshotExport } from '../../shared/schema.ts';
import type { HostSession } from '../hosts/host-session.ts';
import { disksIn, readDisks, readStoredDisks } from '../libvirt/disks.ts';
import { domainXml } from '../libvirt/domains.ts';
import { LibvirtError } from '../libvirt/errors.ts';
import { fewAtATime } from '../libvirt/few-at-a-time.ts';
import { Pace } from '../libvirt/pace.ts';
import { parseSnapshot, snapshotXml } from '../libvirt/snapshots.ts';
import { escapeXml, readXml } from '../libvirt/xml.ts';
import { readTree, secretTexts } from './tree.ts';

/**
 * The metadata of all snapshots of a domain in one text, parents first, each as libvirt writes it without secrets.
 * @throws as readTree
 */
export async function exportSnapshots(session: HostSession, uuid: string): Promise<SnapshotExport> {
  const { reads, host } = session;
  const { snapshots, current, domainName } = await readTree(session, uuid);
  const names = snapshots.map(({ name }) => name);
  const [texts, live] = await Promise.all([
    fewAtATime(names, (name) => snapshotXml(reads, uuid, name)),
    domainXml(reads, uuid, false),
  ]);
  const text = exportText(texts, [
    `<domain name="${escapeXml(domainName)}" uuid="${uuid}"/>`,
    ...(current === null ? [] : [`<current>${escapeXml(current)}</current>`]),
  ]);
  const target = virshTarget(host, { name: domainName, uuid });
  return {
    fileName: `${domainName.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')}.snapshots.xml`,
    text,
    domainName,
    names,
    current,
    withSecrets: await withSecrets(session, uuid, new Map(names.map((name, index) => [name, texts[index] ?? '']))),
    files: await allFiles(texts, live),
    virsh: virshExport(target, names),
  };
}

/** Which snapshots libvirt tells more of when asked with secrets; null where it does not let this connection ask. */
async function withSecrets(
  { reads }: HostSession,
  uuid: string,
  plain: ReadonlyMap<string, string>,
): Promise<string[] | null> {
  try {
    const secret = await secretTexts(reads, uuid, plain.keys());
    return [...secret].filter(([name, text]) => text !== plain.get(name)).map(([name]) => name);
  } catch (error) {
    if (error instanceof LibvirtError && error.is('OPERATION_DENIED', 'ACCESS_DENIED')) return null;
    throw error;
  }
}

async function allFiles(texts: readonly string[], live: string): Promise<string[]> {
  const pace = new Pace();
  const named: string[] = [];
  for (const text of texts) {
    const element = await readXml(text, 'domainsnapshot', pace);
    const layers = readDisks(element.at('domain'));
    const memoryFile = element.at('memory')?.attribute('file') ?? null;
    named.push(
      ...filesOf({ memoryFile, layers, snapshot: parseSnapshot(element) }),
      ...readStoredDisks(element, '').reverted.map(({ file }) => file),
    );
  }
  const now = (await disksIn(live)).filter(isWritable).flatMap(({ image }) => image?.path ?? []);
  return [...new Set([...named, ...now])].sort();
}

interface SnapshotPlaces {
  readonly memoryFile: string | null;
  /** Of its stored configuration. */
  readonly layers: readonly Disk[];
  readonly snapshot: Pick<Snapshot, 'disks'>;
}

/** Every file that a snapshot names: its memory, its overlays, and the images of its configuration. */
export function filesOf({ memoryFile, layers, snapshot }: SnapshotPlaces): string[] {
  const files = [
    memoryFile,
    ...layers.filter(isWritable).map(({ image }) => image?.path),
    ...snapshot.disks.map(({ file }) => file),
  ];
  return files.filter((file): file is string => typeof file === 'string');
}
