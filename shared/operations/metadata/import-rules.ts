import { groupedBy } from '../../grouped-by.ts';
import type { Disk } from '../../libvirt/disks.ts';
import { nameProblem, utf8Bytes } from '../../libvirt/names.ts';
import { holds, type Rule } from '../../rule.ts';
import type { ImportRow, Snapshot, SnapshotList } from '../../schema.ts';
import { isUnknown } from './make-current.ts';
import { type RedefineFacts, redefinitionProblem } from './redefinition.ts';

/** One `<domainsnapshot>` of a file, as far as the rules look at it. */
export interface Candidate {
  readonly file: string;
  readonly snapshot: Snapshot;
  /** Of its stored configuration; null when it does not say. */
  readonly uuid: string | null;
  /** Elements that libvirt needs and it does not have. */
  readonly lacks: readonly ('name' | 'state' | 'creationTime' | 'domain')[];
  /** Of the disks of the stored configuration. */
  readonly targets: readonly string[];
  /** Those disks. */
  readonly layers: readonly Disk[];
  readonly xml: string;
}
export interface ImportGround {
  readonly facts: RedefineFacts;
  readonly domain: { readonly uuid: string; readonly name: string };
  /** Disks of the domain. */
  readonly targets: readonly string[];
  readonly here: SnapshotList;
}
export type Judged = Pick<ImportRow, 'verdict' | 'reason'> & { readonly candidate: Candidate };

export interface ImportCase extends ImportGround {
  readonly candidate: Candidate;
}

/** A string of libvirt's protocol (REMOTE_STRING_MAX). */
const XML_BYTES = 4 * 1024 * 1024;
const lackWords = {
  name: 'It has no name.',
  state: 'It does not say which state the guest was in (<state>).',
  creationTime: 'It does not say when it was taken (<creationTime>).',
  domain: 'It has no domain configuration (<domain>), which libvirt requires.',
} as const;

const strange = ({ candidate: { snapshot, targets } }: ImportCase) =>
  snapshot.disks.map(({ target }) => target).filter((target) => !targets.includes(target));

const redefinition = ({ facts, candidate: { snapshot, layers } }: ImportCase) =>
  redefinitionProblem({ facts, snapshot, config: layers });

/** What makes libvirt refuse a redefinition, seen on 9.0 and 11.3: codes 27, 35, 1, 67 and 8. The first that holds is told. */
export const importRules: readonly Rule<ImportCase>[] = [
  {
    code: 'lacks',
    source: 'virDomainSnapshotDefParse, virDomainSnapshotRedefineValidate: XML_ERROR',
    when: ({ candidate }) => candidate.lacks.length > 0,
    text: ({ candidate: { lacks } }) => lackWords[lacks[0] ?? 'name'],
  },
  {
    code: 'name',
    source: 'virDomainMomentDefValidate: XML_DETAIL, and what its file’s name can be',
    when: ({ candidate }) => nameProblem(candidate.snapshot.name, new Set()) !== null,
    text: ({ candidate }) => nameProblem(candidate.snapshot.name, new Set()) ?? '',
  },
  {
    code: 'unknown-state',
    source: 'virDomainSnapshotDefParse: “Invalid state”',
    when: ({ candidate }) => candidate.snapshot.state === 'unknown',
    text: () => 'Snapkeel does not know its state.',
  },
  {
    code: 'unknown-kind',
    source: 'virDomainSnapshotLocationTypeFromString: XML_ERROR; what is not known is not added',
    when: ({ candidate }) => isUnknown(candidate.snapshot),
    text: () => 'It saves memory or a disk in a way that Snapkeel does not know.',
  },
  {
    code: 'other-domain',
    source: 'virDomainSnapshotRedefineValidate: INVALID_ARG',
    when: ({ candidate, domain }) => candidate.uuid !== domain.uuid,
    text: ({ candidate, domain }) =>
      `It belongs to a domain with the UUID ${candidate.uuid ?? 'unknown'}. This domain has ${domain.uuid}, and libvirt only accepts its own snapshots.`,
  },
  {
    code: 'strange-disk',
    source: 'virDomainSnapshotAlignDisks: CONFIG_UNSUPPORTED',
    when: (c) => strange(c).length > 0,
    text: (c) => `Its configuration has no disk ${strange(c).join(', ')}.`,
  },
  {
    code: 'not-redefinable',
    source: 'redefinitionProblem',
    when: (c) => redefinition(c) !== null,
    text: (c) => redefinition(c)?.text ?? '',
  },
  {
    code: 'too-large',
    source: 'REMOTE_STRING_MAX',
    when: ({ candidate }) => utf8Bytes(candidate.xml) > XML_BYTES,
    text: () => 'It is larger than 4 MiB, the most that libvirt accepts.',
  },
];

/**
 * Says of each snapshot whether it can be added, parents before children, in an order in which libvirt takes them.
 * Those that hang on one that is not added are not added either.
 */
export function judgeImport(candidates: readonly Candidate[], ground: ImportGround): Judged[] {
  const twins = groupedBy(candidates, ({ snapshot }) => snapshot.name);
  const present = new Map(ground.here.snapshots.map((each) => [each.name, each]));
  const own = candidates.map((candidate): Judged => {
    const { name } = candidate.snapshot;
    const others = { twins: twins.get(name) ?? [], present: present.get(name) };
    return { candidate, ...judgeAlone(candidate, others, ground) };
  });
  const usable = new Map(
    own.filter(({ verdict }) => verdict === 'add').map((each) => [each.candidate.snapshot.name, each]),
  );
  const conflicts = new Set(
    own.filter(({ verdict }) => verdict === 'conflict').map((each) => each.candidate.snapshot.name),
  );
  const judged = new Map<Judged, Judged>();
  for (const start of own) {
    // From the snapshot up to one that is decided, then down again: histories are deep, so without recursion.
    const path = new Set<Judged>();
    let at: Judged | undefined = start;
    while (at && !judged.has(at) && at.verdict === 'add' && !path.has(at)) {
      path.add(at);
      const { parent }: Snapshot = at.candidate.snapshot;
      at = parent === null || present.has(parent) ? undefined : usable.get(parent);
    }
    const cycle = at !== undefined && path.has(at);
    for (const each of [...path].reverse()) judged.set(each, cycle ? no(each, cycleText) : judgeParent(each));
    if (!judged.has(start)) judged.set(start, start);
  }
  return [...judged.values()];

  function judgeParent(each: Judged): Judged {
    const { parent } = each.candidate.snapshot;
    if (parent === null) return each;
    if (conflicts.has(parent)) return no(each, `Its parent “${parent}” is a different snapshot here than in the file.`);
    if (present.has(parent)) return each;
    const above = usable.get(parent);
    if (!above) return no(each, `Its parent “${parent}” is neither in the files nor in this domain.`);
    return judged.get(above)?.verdict === 'add' ? each : no(each, `Its parent “${parent}” cannot be added.`);
  }
}

const cycleText = 'It is its own ancestor.';

function no(judged: Judged, reason: string): Judged {
  return { ...judged, verdict: 'no', reason };
}

function judgeAlone(
  candidate: Candidate,
  { twins, present }: { readonly twins: readonly Candidate[]; readonly present: Snapshot | undefined },
  ground: ImportGround,
): Pick<ImportRow, 'verdict' | 'reason'> {
  const c: ImportCase = { ...ground, candidate };
  const rule = importRules.find((each) => holds(each, c));
  if (rule) return { verdict: 'no', reason: rule.text(c) };
  if (twins.some(({ xml }) => xml !== candidate.xml))
    return { verdict: 'no', reason: 'The files contain two different snapshots with this name.' };
  if (twins[0] !== candidate) return { verdict: 'here', reason: 'It is in the files twice with the same content.' };
  if (!present) return { verdict: 'add', reason: null };
  const difference = differenceOf(candidate.snapshot, present);
  if (difference !== null)
    return {
      verdict: 'conflict',
      reason: `This domain has another snapshot with this name: ${difference}. It is not changed.`,
    };
  const described = candidate.snapshot.description === present.description;
  return {
    verdict: 'here',
    reason: described ? null : 'It has another description here, which is kept.',
  };
}

/** What makes two snapshots of one name different ones; the description does not. */
function differenceOf(a: Snapshot, b: Snapshot): string | null {
  const rows: readonly (readonly [string, (snapshot: Snapshot) => unknown])[] = [
    ['it was taken at another time', ({ createdAt }) => createdAt],
    ['it has another state', ({ state, memory }) => [state, memory]],
    ['it has other disks', ({ disks }) => disks],
    ['it has another parent', ({ parent }) => parent],
  ];
  const row = rows.find(([, of]) => JSON.stringify(of(a)) !== JSON.stringify(of(b)));
  return row?.[0] ?? null;
}
