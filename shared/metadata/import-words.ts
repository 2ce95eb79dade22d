import { formatCount } from '../format.ts';
import type { ImportRow, Statement } from '../schema.ts';

/** Why nothing of an import can be done. `refusal`: of the current snapshot's choice. */
export function importBlockers(rows: readonly ImportRow[], refusal: Statement | null): Statement[] {
  if (rows.some(({ verdict }) => verdict === 'add')) return refusal ? [refusal] : [];
  const all = (verdict: ImportRow['verdict']) => rows.length > 0 && rows.every((row) => row.verdict === verdict);
  const text = all('here')
    ? 'This domain has all of these snapshots already.'
    : rows.length === 1
      ? 'There is nothing to import.'
      : 'None of these can be imported. The list says why.';
  return [{ code: 'nothing-to-add', text }];
}

/** What to know before an import. `missing`: files that the snapshots name and the host does not have. */
export function importWarnings(
  rows: readonly ImportRow[],
  { from, to, missing }: { from: string | null; to: string; missing: readonly string[] },
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
            text: `The data of ${formatCount(internal.length, 'snapshot')} lies inside the disk images, where libvirt cannot look beforehand. The images must be copies of those that the snapshots were taken in.`,
          },
        ]
      : []),
    ...(from !== null && from !== to
      ? [
          {
            code: 'other-name',
            text: `The files are of “${from}”; this domain is called “${to}”. It has the same UUID, so libvirt takes them.`,
          },
        ]
      : []),
    ...(left > 0
      ? [
          {
            code: 'left-out',
            text: `${formatCount(left, 'entry', 'entries')} of the list ${left === 1 ? 'is' : 'are'} left out.`,
          },
        ]
      : []),
  ];
}
