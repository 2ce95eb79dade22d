import { stateLabel } from '../../format.ts';
import type { CreateFacts } from '../../schema.ts';
import { listed } from './text.ts';

interface Compared {
  readonly of: (facts: CreateFacts) => unknown;
  readonly text: (then: CreateFacts, now: CreateFacts) => string;
}

const imagesOf = ({ disks }: CreateFacts) =>
  disks.map(({ target, device, image, readonly, snapshot }) => ({ target, device, image, readonly, snapshot }));

/** What the person has read of a domain, and what is said when it is no longer so. */
const compared: readonly Compared[] = [
  {
    of: ({ state }) => state,
    text: (then, now) => `The domain was ${stateLabel(then.state)} and is ${stateLabel(now.state)} now.`,
  },
  {
    of: ({ current }) => current,
    text: (_, { current }) =>
      current === null ? 'There is no current snapshot now.' : `The current snapshot is “${current}” now.`,
  },
  { of: imagesOf, text: () => 'The domain has other disks now.' },
  {
    of: ({ blockJobs }) => blockJobs,
    text: (_, { blockJobs }) =>
      blockJobs === null
        ? 'It is no longer known whether block jobs run.'
        : blockJobs.length > 0
          ? `A block job runs on ${listed(blockJobs)} now.`
          : 'The block job has ended.',
  },
  {
    of: ({ agent }) => agent,
    text: (_, { agent }) => (agent === 'connected' ? 'The guest agent answers now.' : 'No guest agent answers now.'),
  },
  {
    of: ({ managedSave }) => managedSave,
    text: (_, { managedSave }) => `There is ${managedSave ? 'a' : 'no'} managed save image now.`,
  },
  {
    of: ({ checkpoints }) => checkpoints,
    text: () => 'The domain has other checkpoints now.',
  },
  { of: ({ devices }) => devices, text: () => 'The domain has other devices now.' },
  {
    of: ({ persistent }) => persistent,
    text: (_, { persistent }) => `The domain is ${persistent ? 'persistent' : 'transient'} now.`,
  },
  { of: ({ memoryBytes }) => memoryBytes, text: () => 'The guest’s memory size has changed.' },
];

/** Sentences where facts gathered anew are not those that were read. */
export function createStaleness(then: CreateFacts, now: CreateFacts): string[] {
  return compared
    .filter(({ of }) => JSON.stringify(of(then)) !== JSON.stringify(of(now)))
    .map(({ text }) => text(then, now));
}
