import { describeChange } from '../../config-changes.ts';
import { stateLabel } from '../../format.ts';
import type { RevertFacts } from '../../schema.ts';
import { quoted } from './rule.ts';

interface Comparison {
  changed(before: RevertFacts, after: RevertFacts): boolean;
  text(before: RevertFacts, after: RevertFacts): string;
}
const differ = (of: (facts: RevertFacts) => unknown) => (before: RevertFacts, after: RevertFacts) =>
  JSON.stringify(of(before)) !== JSON.stringify(of(after));

/** What may not change between reading a plan and carrying it out. */
const comparisons: readonly Comparison[] = [
  {
    changed: differ((f) => f.domain.state),
    text: (a, b) => `The domain is ${stateLabel(b.domain.state)} now; it was ${stateLabel(a.domain.state)}.`,
  },
  {
    changed: (a, b) => a.domain.state === b.domain.state && a.domain.active !== b.domain.active,
    text: (_, b) => (b.domain.active ? 'The domain has been started.' : 'The domain has stopped.'),
  },
  {
    changed: differ((f) => f.domain.persistent),
    text: (_, b) => `The domain is ${b.domain.persistent ? 'persistent' : 'transient'} now.`,
  },
  {
    changed: differ((f) => f.domain.managedSave),
    text: (_, b) => `The domain has ${b.domain.managedSave ? 'a' : 'no'} managed save image now.`,
  },
  {
    changed: differ((f) => f.current),
    text: (a, b) =>
      `The current snapshot is ${b.current === null ? 'none' : quoted(b.current)} now; it was ${a.current === null ? 'none' : quoted(a.current)}.`,
  },
  {
    changed: differ((f) => f.snapshot),
    text: (_, b) => `The snapshot ${quoted(b.snapshot.name)} was changed or replaced.`,
  },
  {
    changed: differ((f) => f.configChanges),
    text: (_, b) =>
      b.configChanges.length === 0
        ? 'The domain’s configuration now matches the snapshot’s again.'
        : `The domain’s configuration was changed. ${b.configChanges.map(describeChange).join('; ')}.`,
  },
  { changed: differ((f) => f.hasConfig), text: () => 'The configuration stored with the snapshot was changed.' },
  {
    changed: differ((f) => [{ ...f.stored, disks: f.stored.disks.map(({ found: _, ...disk }) => disk) }, f.history]),
    text: () => 'The domain’s snapshots, or the data stored with them, were changed.',
  },
  {
    changed: differ((f) => f.data),
    text: (_, b) => `The check of the data of ${quoted(b.snapshot.name)} has a different result now.`,
  },
  {
    changed: differ((f) => f.domain.checkpoints),
    text: () => 'The domain’s checkpoints were changed.',
  },
  {
    changed: differ((f) => f.domain.job),
    text: (_, b) =>
      b.domain.job === null
        ? 'It is no longer known whether a job is running on the domain.'
        : b.domain.job
          ? 'A job has started on the domain.'
          : 'The job on the domain has ended.',
  },
  {
    changed: differ((f) => [images(f), f.overlays.map(({ bytes: _, ...overlay }) => overlay)]),
    text: () => 'The domain’s disks write to other images now.',
  },
  {
    changed: differ((f) => f.domain.autostart),
    text: (_, b) => `Autostart is ${b.domain.autostart ? 'on' : 'off'} now.`,
  },
  {
    changed: differ((f) => f.domain.blockJobs),
    text: (_, b) => (b.domain.blockJobs.length ? 'A block job has started.' : 'A block job has ended.'),
  },
  { changed: differ((f) => f.domain.consoles), text: () => 'The domain’s consoles were changed.' },
  { changed: differ((f) => [f.driver, f.libvirtVersion]), text: () => 'The host runs another libvirt version now.' },
];

/** Sentences for everything that is no longer as the person read it; empty when the plan still holds. */
export function staleness(before: RevertFacts, after: RevertFacts): string[] {
  return comparisons.filter((each) => each.changed(before, after)).map((each) => each.text(before, after));
}

/** Without sizes: those grow while somebody reads. */
const images = ({ domain }: RevertFacts) =>
  domain.disks.map(({ allocationBytes, ...disk }) => ({ ...disk, isRead: allocationBytes !== null }));
