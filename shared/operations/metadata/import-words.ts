import { formatCount } from '../../format.ts';
import { invisible, isDigits, overlayHazard, type TagFacts, tagHazards } from '../../libvirt/names.ts';
import { can } from '../../libvirt/versions.ts';
import type { Host } from '../../rule.ts';
import type { ImportRow, Statement } from '../../schema.ts';

/** Why nothing of an import can be done. `refusal`: of the current snapshot's choice. */
export function importBlockers(rows: readonly ImportRow[], refusal: Statement | null): Statement[] {
  if (rows.some(({ verdict }) => verdict === 'add')) return refusal ? [refusal] : [];
  const all = (verdict: ImportRow['verdict']) => rows.length > 0 && rows.every((row) => row.verdict === verdict);
  const text = all('here')
    ? 'This domain already has all of these snapshots.'
    : rows.length === 1
      ? 'There is nothing to import.'
      : 'None of these can be imported. The list says why.';
  return [{ code: 'nothing-to-add', text }];
}

export interface ImportAround {
  /** The domain that the files are of, and the one that they are for. */
  readonly from: string | null;
  readonly to: string;
  /** Files that the snapshots name and the host does not have. */
  readonly missing: readonly string[];
  readonly facts: Host;
  /** By name of a snapshot the images of its stored configuration. */
  readonly images: ReadonlyMap<string, readonly string[]>;
}

/** What to know before an import. */
export function importWarnings(
  rows: readonly ImportRow[],
  { from, to, missing, facts, images }: ImportAround,
): Statement[] {
  const added = rows.filter(({ verdict }) => verdict === 'add');
  if (added.length === 0) return [];
  const internal = added.filter(({ kind, memory }) => kind === 'internal' || kind === 'mixed' || memory === 'internal');
  const left = rows.length - added.length - rows.filter(({ verdict }) => verdict === 'here').length;
  const shown = missing.slice(0, 3).join(', ');
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  return [
    ...(missing.length > 0
      ? [
          {
            code: 'missing-files',
            text: `${formatCount(missing.length, 'file')} of these snapshots ${missing.length === 1 ? 'is' : 'are'} not on this host: ${shown}${more}. Until ${missing.length === 1 ? 'it is' : 'they are'} copied there, a revert would stop the domain and then fail.`,
          },
        ]
      : []),
    ...(internal.length > 0
      ? [
          {
            code: 'internal-data',
            text: `The data of ${formatCount(internal.length, 'snapshot')} is inside the disk images, where libvirt cannot check it now. The images must be copies of the ones that the snapshots were taken in.`,
          },
        ]
      : []),
    ...namesToKnow(added, facts, images),
    ...(from !== null && from !== to
      ? [
          {
            code: 'other-name',
            text: `The files are from “${from}”, and this domain is called “${to}”. It has the same UUID, so libvirt accepts them.`,
          },
        ]
      : []),
    ...(left > 0
      ? [
          {
            code: 'left-out',
            text: `${formatCount(left, 'entry', 'entries')} of the list ${left === 1 ? 'is' : 'are'} skipped.`,
          },
        ]
      : []),
  ];
}

const isInside = ({ kind, memory }: Pick<ImportRow, 'kind' | 'memory'>) => kind === 'internal' || memory === 'internal';

/** What their names, and those of their images, are read as by others, a sentence each. */
function namesToKnow(added: readonly ImportRow[], facts: Host, images: ImportAround['images']): Statement[] {
  const quoted = (rows: readonly ImportRow[]) => {
    const more = rows.length > 3 ? ` and ${rows.length - 3} more` : '';
    return `${rows
      .slice(0, 3)
      .map(({ name }) => `“${name}”`)
      .join(', ')}${more}`;
  };
  // Whether the guest is on when somebody reverts to one or deletes it is not known yet.
  const of = ({ memory }: ImportRow): TagFacts => ({ ...facts, active: null, memory: memory === 'internal' });
  const digits = added.filter((row) => isInside(row) && facts.driver === 'QEMU' && isDigits(row.name));
  const effects = (row: ImportRow, operation: 'revert' | 'delete') =>
    isInside(row) ? tagHazards(row.name, operation, of(row)).map(({ effect }) => effect) : [];
  const noRevert = added.filter((row) => effects(row, 'revert').some((effect) => effect !== 'another'));
  const noDelete = added.filter((row) => effects(row, 'delete').length > 0);
  const reverting = ({ memory }: ImportRow) =>
    ({ operation: 'revert', active: null, memory: memory === 'external' }) as const;
  const commas = added.filter(
    (row) =>
      facts.driver === 'QEMU' &&
      can(facts.libvirtVersion, 'revertsExternal') &&
      !isInside(row) &&
      row.kind !== 'none' &&
      (images.get(row.name) ?? []).some((path) => overlayHazard(path, reverting(row)) !== null),
  );
  const unseen = added.filter(({ name }) => invisible.test(name));
  const rows: readonly (readonly [string, readonly ImportRow[], string])[] = [
    [
      'digits-name',
      digits,
      'QEMU takes an internal snapshot’s name made only of digits for an ID in the image: a revert could bring back another one',
    ],
    [
      'garbled-name',
      noRevert,
      'libvirt before 10.9 garbles quotation marks and backslashes in the name of an internal snapshot with memory: a revert would fail or do nothing',
    ],
    ['undeletable-name', noDelete, 'While the guest runs, libvirt cannot delete internal snapshots of such names'],
    ['comma', commas, 'libvirt handles a comma in the path of their images wrongly, so a revert would fail'],
    [
      'invisible-name',
      unseen,
      'The names contain invisible characters, or characters that change the reading direction: they may look like others',
    ],
  ];
  return rows.flatMap(([code, of, text]) => (of.length > 0 ? [{ code, text: `${text} (${quoted(of)}).` }] : []));
}
