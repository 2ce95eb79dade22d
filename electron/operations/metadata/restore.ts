import type { SnapshotList } from '../../../shared/schema.ts';
import { secretTexts, seeTree } from '../../inspect/tree.ts';
import type { Answer } from '../engine/ask.ts';
import { lookAfterwards } from '../engine/look.ts';
import type { Redefining } from './redefinition.ts';

/** Metadata as it was before a change. The texts hold secrets: they stay in this process, and only while it goes on. */
export interface KeptMetadata {
  readonly list: SnapshotList;
  /** Of every snapshot that the change redefines or removes. */
  readonly texts: ReadonlyMap<string, string>;
  /** Names that the change adds. */
  readonly added: readonly string[];
}

/**
 * Puts back what was there, whatever of the change has been done: it goes by what libvirt has now, not by what was
 * asked. First what was replaced or removed, parents first; then what was added goes; then the current snapshot.
 * @returns sentences on what could not be put back; null: libvirt cannot be asked.
 */
export async function restoreMetadata(kept: KeptMetadata, redefining: Redefining): Promise<readonly string[] | null> {
  const { session, plan } = redefining.work;
  const { uuid } = plan;
  const now = await lookAfterwards(session, (reads) => seeTree(reads, session, uuid));
  if (!now) return null;
  const { list, added } = kept;
  const texts = await secretTexts(session.reads, uuid, kept.texts.keys()).catch(() => new Map<string, string>());
  const failed: string[] = [];
  const note = (name: string, answer: Answer<void>) => {
    if (answer.result !== 'done') failed.push(`“${name}” could not be restored: ${reasonOf(answer)}`);
  };
  for (const snapshot of list.snapshots) {
    const { name, state } = snapshot;
    const xml = kept.texts.get(name);
    if (xml === undefined || texts.get(name) === xml) continue;
    const line = `“${name}” is restored, because a step failed.`;
    note(
      name,
      await redefining.redefine({ name, xml, state, moveCurrent: list.current === name && now.current !== name, line }),
    );
  }
  const there = new Set(now.snapshots.map(({ name }) => name));
  for (const name of added.toReversed()) {
    if (!there.has(name)) continue;
    note(name, await redefining.forget(name, `“${name}” is removed again, because a step failed. No data is touched.`));
  }
  await restoreCurrent(kept, redefining);
  return failed;
}

/**
 * Being current goes to the parent of what is forgotten, so that it may have to be set once more. That takes the record
 * of overlays from the one that was current meanwhile (`redefineFlags`): it is written anew.
 */
async function restoreCurrent({ list, texts }: KeptMetadata, redefining: Redefining): Promise<void> {
  const { session, plan } = redefining.work;
  const { uuid } = plan;
  const now = await lookAfterwards(session, (reads) => seeTree(reads, session, uuid));
  const current = list.snapshots.find(({ name }) => name === list.current);
  if (!now || !current || now.current === current.name) return;
  const { name, state } = current;
  const meanwhile = now.snapshots.filter((snapshot) => snapshot.name === now.current);
  const read = (names: readonly string[]) =>
    secretTexts(session.reads, uuid, names).catch(() => new Map<string, string>());
  const before = await read([name, ...meanwhile.map((snapshot) => snapshot.name)]);
  const xml = texts.get(name) ?? before.get(name);
  if (xml === undefined) return;
  await redefining.redefine({
    name,
    xml,
    state,
    moveCurrent: true,
    line: `“${name}” is made the current snapshot again.`,
  });
  for (const other of meanwhile) {
    const whole = before.get(other.name);
    if (whole === undefined || (await read([other.name])).get(other.name) === whole) continue;
    const line = `“${other.name}” is restored: it is no longer the current snapshot.`;
    await redefining.redefine({ name: other.name, xml: whole, state: other.state, moveCurrent: false, line });
  }
}

/** Sentences where a tree is not as it was: names, parents, descriptions and the current snapshot. */
export function treeDifferences(before: SnapshotList, after: SnapshotList): string[] {
  const there = new Map(after.snapshots.map((snapshot) => [snapshot.name, snapshot]));
  const known = new Set(before.snapshots.map(({ name }) => name));
  const quoted = (name: string | null) => (name === null ? 'none' : `“${name}”`);
  return [
    ...before.snapshots.flatMap(({ name, parent, description }) => {
      const now = there.get(name);
      if (!now) return [`The snapshot “${name}” is gone.`];
      return [
        ...(now.parent === parent
          ? []
          : [`The parent of “${name}” is ${quoted(now.parent)}; it was ${quoted(parent)}.`]),
        ...(now.description === description ? [] : [`The description of “${name}” has changed.`]),
      ];
    }),
    ...after.snapshots.filter(({ name }) => !known.has(name)).map(({ name }) => `There is a new snapshot “${name}”.`),
    ...(after.current === before.current
      ? []
      : [`The current snapshot is ${quoted(after.current)}; it was ${quoted(before.current)}.`]),
  ];
}

function reasonOf(answer: Exclude<Answer<void>, { result: 'done' }>): string {
  return answer.problem.detail ?? answer.problem.what;
}
