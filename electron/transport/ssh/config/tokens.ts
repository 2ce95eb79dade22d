import { createHash } from 'node:crypto';
import { hostname } from 'node:os';

/** What the tokens of ssh_config(5), TOKENS, stand for on one connection. */
export interface Tokens {
  /** The name as it was asked for. */
  readonly original: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKeyAlias: string | null;
  /** ProxyJump as written, or ''. */
  readonly jump: string;
  readonly localUser: string;
  readonly userId: number;
  readonly home: string;
}

const VALUES: Readonly<Record<string, (tokens: Tokens) => string>> = {
  '%': () => '%',
  C: (t) => createHash('sha1').update(`${hostname()}${t.host}${t.port}${t.user}${t.jump}`).digest('hex'),
  d: (t) => t.home,
  h: (t) => t.host,
  i: (t) => `${t.userId}`,
  j: (t) => t.jump,
  k: (t) => t.hostKeyAlias ?? t.original,
  L: () => hostname().split('.')[0] ?? '',
  l: () => hostname(),
  n: (t) => t.original,
  p: (t) => `${t.port}`,
  r: (t) => t.user,
  u: (t) => t.localUser,
};

/**
 * A path of the configuration with `~`, `%` tokens and `${VARIABLES}` filled in, as OpenSSH does it for key files.
 * @returns null where it has one that is not known
 */
export function fillIn(path: string, tokens: Tokens, env: Readonly<Record<string, string | undefined>>): string | null {
  let isKnown = true;
  const miss = () => {
    isKnown = false;
    return '';
  };
  const filled = path
    .replace(/^~(?=\/|$)/, () => tokens.home)
    .replace(/%(.?)|\$\{([^}]*)\}/gs, (_, token?: string, variable?: string) =>
      variable === undefined
        ? ((Object.hasOwn(VALUES, token ?? '') ? VALUES[token ?? '']?.(tokens) : undefined) ?? miss())
        : (env[variable] ?? miss()),
    );
  return isKnown ? filled : null;
}
