import { formatCount } from '../format.ts';
import { isAbout } from '../rule.ts';
import type { Finding, HealthReport } from '../schema.ts';
import { isDamaged, type SnapshotData } from './data.ts';
import { dataRules } from './data-rules.ts';
import type { HealthFacts } from './facts.ts';
import { fileRules } from './file-rules.ts';
import { metadataRules } from './metadata-rules.ts';
import { type HealthRule, named } from './rule.ts';
import { type HealthView, viewOf } from './view.ts';

export const healthRules: readonly HealthRule[] = [...fileRules, ...dataRules, ...metadataRules];
const levels: readonly Finding['level'][] = ['broken', 'warning', 'note'];

/**
 * What is not as it should be with a domain's snapshots, the worst first; and what could be looked at, and what not.
 * @param data as for `viewOf`
 */
export function assessHealth(facts: HealthFacts, data?: HealthView['data']): HealthReport {
  const view = viewOf(facts, data);
  const found = healthRules
    .filter((rule) => isAbout(rule, facts))
    .flatMap(({ code, find }) =>
      find(view).map((told): Finding => ({ snapshots: [], files: [], offers: [], shell: [], ...told, code })),
    );
  const findings = levels.flatMap((level) => found.filter((each) => each.level === level));
  return {
    findings,
    data: [...view.data.values()].filter(isDamaged).map(shown),
    checked: checked(view),
    unchecked: unchecked(view),
  };
}

/** Whether there is anything to fix: notes are not. */
export function isHealthy({ findings }: Pick<HealthReport, 'findings'>): boolean {
  return findings.every(({ level }) => level === 'note');
}

function shown({ name, state, why }: SnapshotData): HealthReport['data'][number] {
  return { name, state, why: why.filter(isDamaged).map(({ text }) => text) };
}

function checked({ snapshots, files, chains, tags }: HealthView): string[] {
  const known = [...files.values()].filter(({ exists }) => exists !== null).length;
  const tables = [...tags.values()].filter((table) => table !== null).length;
  const depth = Math.max(0, ...chains.map(({ layers }) => layers.length));
  return [
    snapshots.length === 0
      ? 'The domain has no snapshots.'
      : `The metadata of ${formatCount(snapshots.length, 'snapshot')}: whether it is readable and complete, and the parents are there.`,
    ...(known > 0
      ? [
          `${formatCount(known, 'image or memory file', 'image and memory files')} on the host: whether ${known === 1 ? 'it exists' : 'they exist'}.`,
        ]
      : []),
    ...(tables > 0
      ? [`The internal snapshots inside ${formatCount(tables, 'image')}: whether each is there exactly once.`]
      : []),
    ...(depth > 0 ? [`Backing chains: ${depth === 1 ? 'one image per disk' : `up to ${depth} images per disk`}.`] : []),
  ];
}

function unchecked({ files, unlisted, data, unread, checkpoints, chains }: HealthView): string[] {
  const unknown = [...files].filter(([, { exists }]) => exists === null).map(([path]) => path);
  const tables = new Set([...data.values()].flatMap(({ why }) => whose(why, 'tags-unread')));
  const bottoms = chains.filter(({ target }) => unread.has(target)).flatMap(({ layers }) => layers.at(-1)?.path ?? []);
  return [
    ...(unknown.length > 0 ? [`Whether ${named(unknown)} can be opened: libvirt could not be asked.`] : []),
    ...(bottoms.length > 0
      ? [`Whether ${named(bottoms)} has a backing file: no active storage pool covers it, and the domain is off.`]
      : []),
    ...(tables.size > 0
      ? [
          `Which internal snapshots are inside ${named([...tables])}: no active storage pool covers it. qemu-img snapshot -l shows them while the domain is off.`,
        ]
      : []),
    ...(checkpoints === null ? ['Whether the domain has checkpoints.'] : []),
    ...(unlisted.length > 0
      ? [`What else is in ${named(unlisted)}: no active storage pool covers it, so unused files are not found.`]
      : []),
  ];
}

function whose(why: SnapshotData['why'], code: SnapshotData['why'][number]['code']): string[] {
  return why.flatMap((each) => (each.code === code && each.path !== null ? [each.path] : []));
}
