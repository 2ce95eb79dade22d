import { z } from 'zod';
import { Link } from '../link.ts';
import { Problem } from './base.ts';
import { Batch } from './batch.ts';
import { Domain, Host } from './host.ts';
import { Operation } from './operation.ts';
import { Marks, Settings } from './settings.ts';

const asked = {
  id: z.string(),
  hostId: z.string(),
  /** When it is given up, milliseconds since 1970. */
  until: z.number(),
};
/** Where a secret is kept if the person wants it to be: the system's keychain, or memory until Snapkeel ends. */
const rememberIn = z.enum(['keychain', 'memory']);

/** How many passwords and passphrases are remembered, and where. */
export const RememberedSecrets = z.object({ count: z.number(), in: rememberIn });
export type RememberedSecrets = z.infer<typeof RememberedSecrets>;

/** A question that only the person at the window can answer; once, by whoever is first. */
export const Question = z.discriminatedUnion('kind', [
  z.object({
    ...asked,
    kind: z.literal('host-key'),
    host: z.string(),
    port: z.number(),
    keyType: z.string(),
    fingerprint: z.string(),
    /** null where the SSH configuration has no file to remember keys in. */
    knownHostsFile: z.string().nullable(),
  }),
  z.object({
    ...asked,
    kind: z.literal('passphrase'),
    host: z.string(),
    keyFile: z.string(),
    retry: z.boolean(),
    rememberIn,
  }),
  z.object({
    ...asked,
    kind: z.literal('password'),
    user: z.string(),
    host: z.string(),
    port: z.number(),
    retry: z.boolean(),
    rememberIn,
  }),
  z.object({
    ...asked,
    kind: z.literal('prompts'),
    user: z.string(),
    host: z.string(),
    /** The server's own words. */
    title: z.string(),
    instruction: z.string(),
    prompts: z.array(z.object({ text: z.string(), echo: z.boolean() })),
  }),
]);
export type Question = z.infer<typeof Question>;

/** What the person says: yes to a key, or what was asked for. No answer, or null, is a no. */
export const Answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('yes') }),
  z.object({
    kind: z.literal('secrets'),
    secrets: z.array(z.string().max(16_384)).max(64),
    remember: z.boolean(),
  }),
]);
export type Answer = z.infer<typeof Answer>;

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
  z.object({ type: z.literal('domains-changed'), domains: z.array(Domain) }),
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
