import type { Script } from './sequence.ts';
import type { DomainSpec } from './stage.ts';

/** Whether a script still shows what is looked for. */
export type Shows = (script: Script) => Promise<boolean>;

/**
 * Takes out of a script whatever is not needed for what it shows: steps from the end on, then disks, then what is odd
 * about the domain. Ends when nothing more can go, or when `patience` attempts were made.
 */
export async function shrink(script: Script, shows: Shows, patience = 60): Promise<Script> {
  let best = script;
  let left = patience;
  const attempt = async (smaller: Script): Promise<boolean> => {
    if (left === 0) return false;
    left -= 1;
    if (!(await shows(smaller))) return false;
    best = smaller;
    return true;
  };
  for (let changed = true; changed && left > 0; ) {
    changed = false;
    for (let at = best.steps.length - 2; at >= 0; at--)
      if (at < best.steps.length - 1) changed = (await attempt(withoutStep(best, at))) || changed;
    for (const domain of simpler(best.domain)) changed = (await attempt({ ...best, domain })) || changed;
  }
  return best;
}

function withoutStep(script: Script, at: number): Script {
  return { ...script, steps: script.steps.filter((_, n) => n !== at) };
}

function simpler(domain: DomainSpec): DomainSpec[] {
  const { disks } = domain;
  const fewer = disks
    .filter(({ target }) => target !== 'hda')
    .map((gone) => ({ ...domain, disks: disks.filter((disk) => disk !== gone) }));
  const plain = disks.some(({ attribute }) => attribute !== undefined)
    ? [{ ...domain, disks: disks.map(({ attribute: _, ...disk }) => disk) }]
    : [];
  return [
    ...fewer,
    ...plain,
    ...(domain.name === 'web' ? [] : [{ ...domain, name: 'web' }]),
    ...(domain.folder === 'disks' ? [] : [{ ...domain, folder: 'disks' }]),
    ...(domain.transient ? [{ ...domain, transient: false }] : []),
  ];
}
