import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assessRevert, revertNeeds, warningRules } from '../../shared/operations/revert/risk.ts';
import { stated, unknowns } from '../../shared/rule.ts';
import type { RevertChoice } from '../../shared/schema.ts';
import type { Guest, Lab } from '../lab/lab.ts';
import type { Bytes, Held } from './bytes.ts';
import { type Ask, flagsOf, type Result } from './kinds.ts';

/** A guest on which a case is tried. */
export interface Watched {
  readonly lab: Lab;
  readonly guest: Guest;
  readonly bytes: Bytes;
  /** Whether it starts is tried, where it is left off and nothing spoke against it. */
  readonly starts: boolean;
}

/** What lies beside the disks and is none of the case’s. */
const aside = /\.(xml|screen|fd)$|\/(scratch|nbd|vmlinuz|initrd)$/;

/**
 * Looks at the images before a case; what it gives back looks again, and says in sentences what came that was not told.
 * It goes by the images alone: the marker of each disk in each state that a snapshot holds.
 */
export async function watchCase({ lab, guest, bytes, starts }: Watched) {
  const before = bytes.look();
  const files = await filesOf(guest);

  return async ({ case: { target, ask }, facts, predicted, real }: Result): Promise<string[]> => {
    if (!facts || !predicted || !real) return [];
    const done = real.answer === null || real.forced === null;
    const said = assessRevert(facts, choiceOf(ask));
    const statements = [...said.losses, ...said.warnings, ...said.requirements, ...said.blockers];
    // “X stays” is a promise, not a warning.
    const told = (name: string) => statements.some(({ code, text }) => code !== 'LEFT_BEHIND' && text.includes(name));
    const c = { facts, flags: flagsOf[ask], kept: null };
    const risks = [
      ...unknowns(revertNeeds, c),
      ...stated(
        warningRules.filter((rule) => rule.risk),
        c,
      ),
    ].map(({ text }) => text);
    // A hazard of harm says that something is destroyed, and is not asked for.
    const foretold = (name: string) => predicted.hazard !== null || predicted.destroyed.includes(name);
    const sentences: string[] = [];

    if (done && predicted.hazard === null)
      for (const wrong of await wrongBytes(bytes, target))
        if (!risks.some((text) => text.includes(wrong.target) || text.includes(basename(wrong.path))))
          sentences.push(
            `bytes of ${wrong.target}: the snapshot holds ${wrong.byte}, found ${wrong.found ?? 'no disk'}, and nobody told`,
          );
    bytes.look().forEach((now, index) => {
      const each = bytes.held[index] as Held;
      if (each.kind !== 'none' && now !== before[index] && !foretold(each.snapshot))
        sentences.push(
          `bytes of “${each.snapshot}” (${each.target}): ${before[index]} before, ${now} now, and nobody told`,
        );
    });
    const left = new Set(await filesOf(guest));
    for (const file of files)
      if (!left.has(file) && !predicted.unlinked.includes(file) && !told(file))
        sentences.push(`file: ${file} is gone, and nobody told`);
    if (starts && done && real.state === 'shutoff' && !risks.some((text) => text.includes('start')))
      sentences.push(...(await notStarting(lab, guest)));
    return sentences;
  };
}

/** The choice in the window; it cannot ask for both states at once. */
function choiceOf(ask: Ask): RevertChoice {
  const { running, paused, resetNvram } = flagsOf[ask];
  const startState = running ? 'running' : paused ? 'paused' : 'as-saved';
  return { startState, safetySnapshot: false, removeManagedSave: false, resetNvram };
}

/** Where the guest does not see what the snapshot holds; disks that it left out count where memory came back. */
async function wrongBytes(bytes: Bytes, target: string): Promise<(Held & { found: number | null | undefined })[]> {
  const seen = new Map((await bytes.now()).map((disk) => [disk.target, disk.byte]));
  const live = target === 'run' || target === 'pau';
  return bytes
    .of(target)
    .filter((held) => held.byte !== seen.get(held.target) && (held.kind !== 'none' || live))
    .map((held) => ({ ...held, found: seen.get(held.target) }));
}

async function notStarting(lab: Lab, { name }: Guest): Promise<string[]> {
  try {
    await lab.virsh('start', name, '--paused');
    return [];
  } catch {
    return ['it does not start afterwards, and nobody told'];
  }
}

async function filesOf({ folder }: Guest): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !aside.test(path));
}
