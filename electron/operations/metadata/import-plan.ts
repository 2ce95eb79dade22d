import { groupedBy } from '../../../shared/grouped-by.ts';
import { hostPath, isWritable } from '../../../shared/libvirt/disks.ts';
import { virshTarget } from '../../../shared/libvirt/virsh.ts';
import { chooseCurrent } from '../../../shared/operations/metadata/import-current.ts';
import { type Judged, judgeImport } from '../../../shared/operations/metadata/import-rules.ts';
import { importBlockers, importWarnings } from '../../../shared/operations/metadata/import-words.ts';
import { virshImport } from '../../../shared/operations/metadata/virsh.ts';
import type { ImportFacts, ImportRow, SnapshotList } from '../../../shared/schema.ts';
import type { HostSession } from '../../hosts/host-session.ts';
import { filesOf } from '../../inspect/export.ts';
import { readTree } from '../../inspect/tree.ts';
import { disksIn } from '../../libvirt/disks.ts';
import { domainXml } from '../../libvirt/domains.ts';
import { missingFiles } from './file-probe.ts';
import type { ImportDocument, ReadImport } from './import-read.ts';

/** What an import would do now. */
export interface AssessedImport {
  readonly domainName: string;
  readonly facts: ImportFacts;
  /** To be added, in order. */
  readonly documents: readonly ImportDocument[];
  readonly list: SnapshotList;
}

/** @throws as readTree */
export async function assessImport(session: HostSession, uuid: string, read: ReadImport): Promise<AssessedImport> {
  const { reads, host } = session;
  const list = await readTree(session, uuid);
  const layers = await disksIn(await domainXml(reads, uuid, false));
  const domain = { uuid, name: list.domainName };
  const targets = layers.map(({ target }) => target);
  const { facts } = list;
  const judged = judgeImport(read.documents, { facts, domain, targets, here: list });
  const documents = judged.filter(({ verdict }) => verdict === 'add').map((each) => each.candidate as ImportDocument);
  const active = layers
    .filter(isWritable)
    .flatMap(({ target, image }) => (image === null ? [] : [[target, image.path] as const]));
  const current = chooseCurrent({ added: documents, here: list, named: read.current, active: new Map(active) });
  const missing = await missingFiles(reads, documents.flatMap(filesOf));
  const rows = [
    ...withDepth(judged).map(({ depth, ...each }) => rowOf(each, depth, { targets, missing, current: current.name })),
    ...read.unreadable.map(({ file, reason }) => unreadableRow(file, reason)),
  ];
  const target = virshTarget(host, domain);
  return {
    domainName: list.domainName,
    list,
    documents,
    facts: {
      from: read.from,
      rows,
      blockers: importBlockers(rows, current.refusal),
      warnings: importWarnings(rows, {
        from: read.from,
        to: list.domainName,
        missing: [...missing].sort(),
        facts,
        images: new Map(
          documents.map(({ snapshot, layers: then }) => [
            snapshot.name,
            then.flatMap(({ image }) => hostPath(image) ?? []),
          ]),
        ),
      }),
      currentText: current.text,
      lines: virshImport(
        target,
        documents.map(({ snapshot: { name, state } }) => ({
          name,
          current: name === current.name,
          diskOnly: state === 'disk-snapshot',
        })),
      ),
    },
  };
}

/** As a tree is read: each snapshot above its children. */
function withDepth(judged: readonly Judged[]): (Judged & { depth: number })[] {
  const names = new Set(judged.map(({ candidate }) => candidate.snapshot.name));
  const below = groupedBy(judged, ({ candidate: { snapshot } }) => {
    const { name, parent } = snapshot;
    return parent !== null && parent !== name && names.has(parent) ? parent : null;
  });
  const rows = new Map<Judged, number>();
  const stack = (below.get(null) ?? []).map((each) => ({ each, depth: 0 })).toReversed();
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { each, depth } = top;
    if (rows.has(each)) continue;
    rows.set(each, depth);
    const children = below.get(each.candidate.snapshot.name) ?? [];
    for (const child of children.toReversed()) stack.push({ each: child, depth: depth + 1 });
  }
  const inCycles = judged.filter((each) => !rows.has(each));
  return [
    ...[...rows].map(([each, depth]) => ({ ...each, depth })),
    ...inCycles.map((each) => ({ ...each, depth: 0 })),
  ];
}

interface Around {
  readonly targets: readonly string[];
  readonly missing: ReadonlySet<string>;
  readonly current: string | null;
}

function rowOf(
  { candidate, verdict, reason }: Judged,
  depth: number,
  { targets, missing, current }: Around,
): ImportRow {
  const { snapshot, file } = candidate;
  const { name, parent, createdAt, kind, state, memory } = snapshot;
  const strange = snapshot.disks.map(({ target }) => target).filter((target) => !targets.includes(target));
  const gone = [...new Set(filesOf(candidate as ImportDocument))].filter((each) => missing.has(each));
  const notes = [
    ...(strange.length > 0 ? [`This domain has no disk ${strange.join(', ')} now.`] : []),
    ...gone.map((each) => `${each} is not on this host.`),
  ];
  return {
    name: name === '' ? file : name,
    file,
    parent,
    depth,
    verdict,
    reason,
    notes: verdict === 'add' ? notes : [],
    current: verdict === 'add' && name === current,
    createdAt: createdAt > 0 ? createdAt : null,
    kind,
    state,
    memory,
  };
}

function unreadableRow(file: string, reason: string): ImportRow {
  const about = { parent: null, depth: 0, notes: [], current: false, createdAt: null } as const;
  const holds = { kind: 'none', state: 'unknown', memory: 'none' } as const;
  return { ...about, ...holds, notes: [], name: file, file, verdict: 'no', reason };
}
