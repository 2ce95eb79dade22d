import type { TransportContext } from '../transport.ts';
import type { Answers, Ask } from './askpass.ts';

type Context = Pick<TransportContext, 'askHostKey' | 'askSecret'>;
/** The host and user that were meant; a machine on the way is named by ssh itself. */
interface Meant {
  readonly host: string;
  readonly user: string;
  readonly port: number;
  /** What ssh calls the host as it asks (HostKeyAlias). */
  readonly alias: string | null;
  readonly knownHostsFile: string | null;
  /** This ssh puts “(user@host) ” before what servers ask; an older one hands their words on as if they were its own. */
  readonly marksServers: boolean;
}

const HOST_KEY =
  /^The authenticity of host '(.*?)(?: \(.*\))?' can't be established.*?([A-Z0-9-]+) key fingerprint is (SHA256:[A-Za-z0-9+/]+)/s;
const PASSPHRASE = /^Enter passphrase for (?:key )?['"]?(.*?)['"]?: ?$/s;
const PASSWORD = /^([^(][^@]*)@(.*?)'s password: ?$/s;

/**
 * What ssh asks in its own words, as the questions that Snapkeel has; what it does not know, or may be a server's words, is
 * shown as it is. Only the former may be answered with what is remembered.
 */
export function answersOf(meant: Meant, context: Context): Answers {
  const before = new Map<string, number>();
  return async (ask, signal) => {
    const each = `${ask.asker} ${ask.text}`;
    const times = before.get(each) ?? 0;
    before.set(each, times + 1);
    return await answerTo(ask, times > 0, meant, context, signal);
  };
}

/** Whether ssh wants to know if a host's key is to be trusted. */
export function isHostKeyQuestion({ text }: Ask): boolean {
  return HOST_KEY.test(text);
}

async function answerTo(
  { kind, text }: Ask,
  retry: boolean,
  meant: Meant,
  context: Context,
  signal: AbortSignal,
): Promise<string | null> {
  const [, place, keyType, fingerprint] = HOST_KEY.exec(text) ?? [];
  if (place !== undefined && keyType !== undefined && fingerprint !== undefined) {
    const [, bracketed, port] = /^\[(.*)\]:(\d+)$/.exec(place) ?? [];
    const where = { host: bracketed ?? place, port: Number(port ?? 22), knownHostsFile: meant.knownHostsFile };
    const trusted = await context.askHostKey({ ...where, keyType: KEY_TYPES[keyType] ?? keyType, fingerprint }, signal);
    return trusted === true ? 'yes' : null;
  }
  const { host, user, port, alias, marksServers } = meant;
  const one = (answers: readonly string[] | null) => answers?.[0] ?? null;
  const keyFile = marksServers ? PASSPHRASE.exec(text)?.[1] : undefined;
  if (keyFile !== undefined) return one(await context.askSecret({ kind: 'passphrase', host, keyFile, retry }, signal));
  const [, asUser, at] = PASSWORD.exec(text) ?? [];
  const isMeant = asUser === user && at === (alias ?? host);
  if (asUser !== undefined && at !== undefined && (isMeant || marksServers)) {
    // Nothing tells the port of a machine on the way: what is remembered for it is for no other.
    const where = isMeant ? { host, port } : { host: at, port: 0 };
    const question = { kind: 'password', user: asUser, ...where, retry } as const;
    return one(await context.askSecret(question, signal));
  }
  const prompts = kind === 'text' ? [{ text: text.trim().split('\n').at(-1) ?? '', echo: false }] : [];
  const instruction = kind === 'text' ? text.trim().split('\n').slice(0, -1).join('\n') : text;
  const answers = await context.askSecret({ kind: 'prompts', user, host, title: '', instruction, prompts }, signal);
  return answers === null ? null : (answers[0] ?? 'yes');
}

/** Whether an ssh tells what servers ask from what it asks itself: since OpenSSH 8.5. @param said by `ssh -V` */
export function marksServers(said: string): boolean {
  const [, major, minor] = /^OpenSSH_(?:for_Windows_)?(\d+)\.(\d+)/m.exec(said) ?? [];
  return Number(major) * 1_000 + Number(minor) >= 8_005;
}

/** ssh's short names of keys -> as in known_hosts. */
const KEY_TYPES: Readonly<Record<string, string>> = {
  ED25519: 'ssh-ed25519',
  RSA: 'ssh-rsa',
  ECDSA: 'ecdsa-sha2-nistp256',
};
