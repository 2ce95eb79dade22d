import { hostPath, isDrive } from '../../libvirt/disks.ts';
import { overlayHazard, type TagEffect, type TagHazard, tagHazards } from '../../libvirt/names.ts';
import { can } from '../../libvirt/versions.ts';
import * as rules from '../../rule.ts';
import type { RevertFacts, SafetyOffer, Snapshot, StartState, StoredDisk } from '../../schema.ts';

/** What libvirt is asked for, flag by flag. */
export interface RevertFlags {
  running: boolean;
  paused: boolean;
  resetNvram: boolean;
}

/** One revert as it would be asked for. */
export interface Case {
  facts: RevertFacts;
  flags: RevertFlags;
  /** The safety snapshot that is taken before it. */
  kept?: SafetyOffer | null;
}
export type Rule = rules.Rule<Case>;
export const holds = (rule: Rule, c: Case): boolean => rules.holds(rule, c);

export function flagsOf(startState: StartState, resetNvram = false): RevertFlags {
  return { running: startState === 'running', paused: startState === 'paused', resetNvram };
}

/** The snapshot has memory to resume. */
export const isLive = (snapshot: Pick<Snapshot, 'state'>): boolean =>
  snapshot.state === 'running' || snapshot.state === 'paused';
export const isActive = ({ domain }: RevertFacts): boolean => domain.active;
/** virDomainSnapshotIsExternal: any disk or the memory is outside. */
export const isExternal = ({ snapshot }: RevertFacts): boolean =>
  snapshot.kind === 'external' || snapshot.kind === 'mixed';
export const isQemu = ({ driver }: RevertFacts): boolean => driver === 'QEMU';
export const asksToRun = ({ flags }: Case): boolean => flags.running || flags.paused;
/** QEMU is started: with the memory of then, or cold. Before 7.10 a guest that fits takes that memory in as it runs. */
export const starts = (c: Case): boolean =>
  isLive(c.facts.snapshot) ? !isActive(c.facts) || replacesProcess(c.facts) : asksToRun(c);
export const abiChanges = (facts: RevertFacts) => facts.configChanges.filter((change) => change.abi);
export const isSaved = (disk: { readonly kind: string }): boolean =>
  disk.kind === 'internal' || disk.kind === 'external';
/**
 * Disks with the snapshot inside their image that the revert writes back: off, those of hard disks
 * (qemuSnapshotForEachQcow2); with memory, all that can be written to (bdrv_all_goto_snapshot).
 */
export const writtenBack = (facts: RevertFacts): StoredDisk[] =>
  isExternal(facts)
    ? []
    : facts.stored.disks.filter(
        (disk) =>
          disk.kind === 'internal' && disk.image && (isLive(facts.snapshot) ? !disk.readonly : disk.device === 'disk'),
      );
/** Hard disks that the guest can write to and that the snapshot does not hold. */
export const leftOut = ({ stored }: RevertFacts): StoredDisk[] =>
  stored.disks.filter((disk) => isDrive(disk) && disk.image && !disk.readonly && !isSaved(disk));

/** What comes of the name of an internal snapshot, if it is this. */
export function tagHazard(facts: RevertFacts, effect: TagEffect): TagHazard | undefined {
  if (isExternal(facts)) return undefined;
  const { snapshot, domain } = facts;
  const memory = snapshot.memory === 'unknown' ? null : snapshot.memory === 'internal';
  return tagHazards(snapshot.name, 'revert', { ...facts, active: domain.active, memory }).find(
    (hazard) => hazard.effect === effect,
  );
}

/** Whether the tables of all images that hold the snapshot were read: what is wrong with its tag is a finding then. */
export const tagsRead = ({ data }: RevertFacts): boolean =>
  data.state !== 'unknown' && !data.why.some(({ code }) => code === 'tags-unread');

/** Images of which a revert would make overlays that qemu-img gets wrong, of one sort. */
export function commas(facts: RevertFacts, effect: TagEffect): { path: string; text: string }[] {
  if (!isExternal(facts)) return [];
  const { stored, domain, snapshot } = facts;
  return stored.disks.flatMap(({ image }) => {
    const path = hostPath(image);
    if (path === null) return [];
    const hazard = overlayHazard(path, { operation: 'revert', active: domain.active, memory: isLive(snapshot) });
    return hazard?.effect === effect ? [{ path, text: hazard.text }] : [];
  });
}

/** Before 7.10 a running hypervisor process was kept wherever possible; since then it is always replaced. */
export function replacesProcess(facts: RevertFacts): boolean {
  const old = isQemu(facts) && !can(facts.libvirtVersion, 'alwaysRestarts');
  return !old || !isLive(facts.snapshot) || facts.stored.genid || abiChanges(facts).length > 0;
}

/** An external revert deletes the overlays of the current snapshot (qemuSnapshotRevertExternalFinish). */
export const unlinks = (facts: RevertFacts): boolean =>
  isQemu(facts) && isExternal(facts) && can(facts.libvirtVersion, 'revertsExternal');

export const quoted = (name: string): string => `“${name}”`;
export const listed = (names: readonly string[], count = names.length): string =>
  count > names.length
    ? `${names.map(quoted).join(', ')} and ${count - names.length} more`
    : named(names.map(quoted), names.length);
/** Targets or files in a sentence. */
export const named = (words: readonly string[], most = 4): string =>
  words.length > most
    ? `${words.slice(0, most).join(', ')} and ${words.length - most} more`
    : words.length > 1
      ? `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
      : (words[0] ?? '');
export const targetsOf = (disks: readonly { readonly target: string }[]): string =>
  named(disks.map(({ target }) => target));
/** Sentences, each once. */
export const texts = (all: readonly { readonly text: string }[]): string =>
  [...new Set(all.map(({ text }) => text))].join(' ');
