import { z } from 'zod';
import { Link } from '../link.ts';
import { Problem } from './base.ts';
import { Batch } from './batch.ts';
import { Domain, Host } from './host.ts';
import { Operation } from './operation.ts';
import { Marks, Settings } from './settings.ts';

/** A question that only the person at the window can answer. */
export const Question = z.object({
  id: z.string(),
  hostId: z.string(),
  kind: z.literal('host-key'),
  host: z.string(),
  port: z.number(),
  keyType: z.string(),
  fingerprint: z.string(),
  knownHostsFile: z.string(),
});
export type Question = z.infer<typeof Question>;

export const AppEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('everything'),
    hosts: z.array(Host),
    domains: z.array(Domain),
    operations: z.array(Operation),
    questions: z.array(Question),
    batches: z.array(Batch),
    marks: Marks,
    settings: Settings,
    notices: z.array(Problem),
  }),
  z.object({ type: z.literal('host'), host: Host }),
  z.object({ type: z.literal('host-removed'), hostId: z.string() }),
  /** All hosts, in the order of the list. */
  z.object({ type: z.literal('host-order'), hostIds: z.array(z.string()) }),
  z.object({ type: z.literal('domains'), hostId: z.string(), domains: z.array(Domain) }),
  z.object({ type: z.literal('domain'), domain: Domain }),
  z.object({ type: z.literal('domain-removed'), hostId: z.string(), uuid: z.string() }),
  z.object({ type: z.literal('operation'), operation: Operation }),
  z.object({ type: z.literal('batch'), run: Batch }),
  z.object({ type: z.literal('marks'), marks: Marks }),
  z.object({ type: z.literal('settings'), settings: Settings }),
  /** The app is asked to end, and waits for what is under way; each in a few words. */
  z.object({ type: z.literal('ending'), waitingFor: z.array(z.string()) }),
  /** All that is wrong with Snapkeel's own files, as long as it is so. */
  z.object({ type: z.literal('notices'), notices: z.array(Problem) }),
  z.object({ type: z.literal('question'), question: Question }),
  z.object({ type: z.literal('question-closed'), id: z.string() }),
  /** Chosen in the menu of a shell that has one. */
  z.object({ type: z.literal('menu-command'), id: z.string() }),
  /** Somebody has followed a link. */
  z.object({ type: z.literal('link'), link: Link }),
]);
export type AppEvent = z.infer<typeof AppEvent>;

export const AppInfo = z.object({ version: z.string(), dataDir: z.string(), platform: z.string() });
export type AppInfo = z.infer<typeof AppInfo>;
