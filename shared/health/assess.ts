import { formatCount } from '../format.ts';
import type { Finding, HealthReport } from '../schema.ts';
import type { HealthFacts } from './facts.ts';
import { fileRules } from './file-rules.ts';
import { metadataRules } from './metadata-rules.ts';
import { named } from './rule.ts';
import { type HealthView, viewOf } from './view.ts';

const levels: readonly Finding['level'][] = ['broken', 'warning', 'note'];

/** What is not as it should be with a domain's snapshots, the worst first; and what could be looked at, and what not. */
export function assessHealth(facts: HealthFacts): HealthReport {
  const view = viewOf(facts);
  const found = [...fileRules, ...metadataRules].flatMap(({ code, find }) =>
    find(view).map((told): Finding => ({ snapshots: [], files: [], offers: [], shell: [], ...told, code })),
  );
  const findings = levels.flatMap((level) => found.filter((each) => each.level === level));
  return { findings, checked: checked(view), unchecked: unchecked(view) };
}

/** Whether there is anything to see to: notes are not. */
export function isHealthy({ findings }: Pick<HealthReport, 'findings'>): boolean {
  return findings.every(({ level }) => level === 'note');
}

function checked({ snapshots, files, chains }: HealthView): string[] {
  const known = [...files.values()].filter(({ exists }) => exists !== null).length;
  const depth = Math.max(0, ...chains.map(({ layers }) => layers.length));
  return [
    snapshots.length === 0
      ? 'The domain has no snapshots.'
      : `The metadata of ${formatCount(snapshots.length, 'snapshot')}: whether it can be read, is complete, and has its parents.`,
    ...(known > 0
      ? [
          `${formatCount(known, 'file')} on the host, images and memory: whether ${known === 1 ? 'it is' : 'they are'} there.`,
        ]
      : []),
    ...(depth > 0 ? [`What lies on what: ${depth === 1 ? 'one image a disk' : `up to ${depth} images a disk`}.`] : []),
  ];
}

function unchecked({ snapshots, files, unlisted }: HealthView): string[] {
  const unknown = [...files].filter(([, { exists }]) => exists === null).map(([path]) => path);
  const hasInternal = snapshots.some(({ kind }) => kind === 'internal' || kind === 'mixed');
  return [
    ...(unknown.length > 0 ? [`libvirt could not be asked whether ${named(unknown)} can be opened.`] : []),
    ...(hasInternal
      ? [
          'Whether internal snapshots are still inside their images: libvirt does not tell. qemu-img snapshot -l does, while the domain is off.',
        ]
      : []),
    ...(unlisted.length > 0
      ? [
          `What else is in ${named(unlisted)}: no active storage pool covers it, so files that nobody needs are not seen.`,
        ]
      : []),
  ];
}
