import { unknowns } from '../../rule.ts';
import type { CreateDraft, CreateFacts, CreateMode } from '../../schema.ts';
import { refusalsOf } from './assess.ts';
import { memoryNeeds } from './memory-rules.ts';
import { createRows, hasMemory, isExternal, liveMatters, quiesceMatters } from './modes.ts';
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

/** The same in a line of a table. */
export const modeWords: Readonly<Record<CreateMode, string>> = {
  'memory-internal': 'disks and memory, internal',
  'memory-external': 'disks and memory, external',
  'disks-internal': 'disks only, internal',
  'disks-external': 'disks only, external',
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
  return draftFor(facts, name, 'memory');
}

/**
 * The same by what is wished for: `memory` where it can be had, or `disks` only. Of a domain that can have neither, one
 * whose refusal tells why.
 */
export function draftFor(facts: CreateFacts, name: string, wish: 'memory' | 'disks'): CreateDraft {
  const externalFirst = chainKinds(facts).has('external');
  const guest = facts.active ? 'on' : 'off';
  const isOfGuest = ({ mode }: ModeOffer) => createRows.some((row) => row.mode === mode && row.guest === guest);
  const doubtful = ({ mode }: ModeOffer) =>
    unknowns(memoryNeeds, { facts, draft: withMode(facts, emptyDraft, mode) }).length > 0;
  /** In the order of what weighs most. */
  const against: readonly ((offer: ModeOffer) => boolean)[] = [
    ({ reason }) => reason !== null,
    doubtful,
    ({ mode }) => !hasMemory(mode),
    ({ mode }) => isExternal(mode) !== externalFirst,
  ];
  const weight = (offer: ModeOffer) => against.reduce((sum, is) => sum * 2 + Number(is(offer)), 0);
  const [wanted] = modeOffers(facts)
    .filter((offer) => isOfGuest(offer) && (wish === 'memory' || !hasMemory(offer.mode)))
    .toSorted((a, b) => weight(a) - weight(b));
  return withMode(facts, { ...emptyDraft, name }, wanted?.mode ?? 'disks-internal');
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
