import type { Script } from './sequence.ts';
import type { DomainSpec } from './stage.ts';

/** Whether a script still shows what is looked for. */
export type Shows = (script: Script) => Promise<boolean>;

/**
 * Takes out of a script whatever is not needed for what its last step shows: first many steps at a time, then single
 * ones, then half of what is two in one, then what is odd about the domain, then its disks. Ends after `patience` attempts at the latest.
 */
export async function shrink(script: Script, shows: Shows, patience = 40): Promise<Script> {
  let best = script;
  let left = patience;
  const attempt = async (smaller: Script): Promise<void> => {
    if (left === 0) return;
    left -= 1;
    if (await shows(smaller)) best = smaller;
  };
  for (let size = Math.ceil((script.steps.length - 1) / 2); size > 0; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let end = best.steps.length - 1; end > 0; end -= size) {
      const from = Math.max(0, end - size);
      await attempt({ ...best, steps: [...best.steps.slice(0, from), ...best.steps.slice(end)] });
    }
  for (let at = 0; at < best.steps.length; at++) {
    const step = best.steps[at];
    if (step?.by !== 'app' || !step.between) continue;
    const { between, ...alone } = step;
    if (at < best.steps.length - 1) await attempt({ ...best, steps: best.steps.with(at, between) });
    await attempt({ ...best, steps: best.steps.with(at, alone) });
  }
  const edits = [...plain, ...script.domain.disks.map(({ target }) => without(target))];
  for (const edit of edits) {
    const domain = edit(best.domain);
    if (domain) await attempt({ ...best, domain });
  }
  return best;
}

/** Null where there is nothing to change. */
type Edit = (domain: DomainSpec) => DomainSpec | null;

const plain: readonly Edit[] = [
  (domain) => (domain.name === 'web' ? null : { ...domain, name: 'web' }),
  (domain) => (domain.folder === 'disks' ? null : { ...domain, folder: 'disks' }),
  (domain) => (domain.pool === 'always' ? null : { ...domain, pool: 'always' }),
  (domain) => (domain.transient ? { ...domain, transient: false } : null),
  (domain) =>
    domain.disks.some(({ attribute }) => attribute !== undefined)
      ? { ...domain, disks: domain.disks.map(({ attribute: _, ...disk }) => disk) }
      : null,
];

function without(target: string): Edit {
  return (domain) =>
    target === 'hda' ? null : { ...domain, disks: domain.disks.filter((disk) => disk.target !== target) };
}
