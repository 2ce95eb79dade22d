import { unknowns } from '../../rule.ts';
import type { CreateDraft, CreateFacts, CreateMode } from '../../schema.ts';
import { refusalsOf } from './assess.ts';
import { memoryNeeds } from './memory-rules.ts';
import { hasMemory, isExternal, liveMatters, quiesceMatters } from './modes.ts';
import { canKeep } from './request.ts';
import { chainKinds } from './text.ts';

export interface ModeOffer {
  readonly mode: CreateMode;
  readonly label: string;
  /** Why it cannot be had; null where it can. */
  readonly reason: string | null;
}

const labels: Readonly<Record<CreateMode, string>> = {
  'memory-internal': 'Disks and memory, inside the images (internal)',
  'memory-external': 'Disks and memory, in new files (external)',
  'disks-internal': 'Disks only, inside the images (internal)',
  'disks-external': 'Disks only, in new files (external)',
};

/** Every kind of snapshot, with the reasons of those that this domain cannot have now. */
export function modeOffers(facts: CreateFacts): ModeOffer[] {
  return Object.entries(labels).map(([key, label]) => {
    const mode = key as CreateMode;
    const [reason] = refusalsOf(facts, withMode(facts, emptyDraft, mode), 'mode');
    return { mode, label, reason: reason?.text ?? null };
  });
}

/** What is offered at first: the kind of the snapshots there are, with memory while the guest is on and QEMU saves it. */
export function firstDraft(facts: CreateFacts, name: string): CreateDraft {
  const kinds = chainKinds(facts);
  const externalFirst = kinds.has('external');
  const offers = modeOffers(facts).filter(({ reason }) => reason === null);
  const doubtful = ({ mode }: ModeOffer) =>
    Number(unknowns(memoryNeeds, { facts, draft: withMode(facts, emptyDraft, mode) }).length > 0);
  const wanted = offers.toSorted(
    (a, b) =>
      doubtful(a) - doubtful(b) ||
      Number(hasMemory(b.mode)) - Number(hasMemory(a.mode)) ||
      (Number(isExternal(b.mode)) - Number(isExternal(a.mode))) * (externalFirst ? 1 : -1),
  );
  return withMode(facts, { ...emptyDraft, name }, wanted[0]?.mode ?? 'disks-internal');
}

/** A draft of another kind: what that kind cannot have is taken off, and what it had better have is put on. */
export function withMode(facts: CreateFacts, draft: CreateDraft, mode: CreateMode): CreateDraft {
  const runs = facts.state === 'running' || facts.state === 'blocked';
  return {
    ...draft,
    mode,
    live: liveMatters(mode) && runs,
    quiesce: quiesceMatters(mode) && runs && facts.agent === 'connected',
    disks: isExternal(mode) ? draft.disks : draft.disks.map((disk) => ({ ...disk, include: true })),
  };
}

/** The draft with every disk that a snapshot can keep, whatever the domain's configuration says. */
export function withAllDisks(facts: CreateFacts, draft: CreateDraft): CreateDraft {
  return facts.disks.filter(canKeep).reduce((whole, { target }) => withDisk(whole, target, { include: true }), draft);
}

/** The draft with a disk chosen otherwise. */
export function withDisk(
  draft: CreateDraft,
  target: string,
  change: { readonly include?: boolean; readonly file?: string },
): CreateDraft {
  const known = draft.disks.find((disk) => disk.target === target) ?? { target, include: true, file: '' };
  const others = draft.disks.filter((disk) => disk.target !== target);
  return { ...draft, disks: [...others, { ...known, ...change }] };
}

export const emptyDraft: CreateDraft = {
  name: '',
  description: '',
  mode: 'disks-internal',
  live: false,
  quiesce: false,
  halt: false,
  memoryFile: '',
  disks: [],
};
