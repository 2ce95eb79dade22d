import { getCiphers } from 'node:crypto';
import type { Algorithms } from 'ssh2';

type Kind = 'kex' | 'cipher' | 'hmac';

/** What ssh2 offers by itself; and old ones that it knows, which are offered only where the configuration names them. */
const KNOWN: Readonly<Record<Kind, { readonly keyword: string; readonly standard: string; readonly old: string }>> = {
  kex: {
    keyword: 'KexAlgorithms',
    standard:
      'curve25519-sha256 curve25519-sha256@libssh.org ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 diffie-hellman-group-exchange-sha256 diffie-hellman-group14-sha256 diffie-hellman-group15-sha512 diffie-hellman-group16-sha512 diffie-hellman-group17-sha512 diffie-hellman-group18-sha512',
    old: 'diffie-hellman-group-exchange-sha1 diffie-hellman-group14-sha1 diffie-hellman-group1-sha1',
  },
  cipher: {
    keyword: 'Ciphers',
    standard:
      'aes128-gcm@openssh.com aes256-gcm@openssh.com aes128-ctr aes192-ctr aes256-ctr chacha20-poly1305@openssh.com',
    old: 'aes256-cbc aes192-cbc aes128-cbc 3des-cbc',
  },
  hmac: {
    keyword: 'MACs',
    standard:
      'hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com hmac-sha1-etm@openssh.com hmac-sha2-256 hmac-sha2-512 hmac-sha1',
    old: 'hmac-md5',
  },
};
/** ssh2 leaves it out where the runtime's OpenSSL has no bare chacha20, as Electron's. */
const CHACHA = 'chacha20-poly1305@openssh.com';

/**
 * The algorithms of a configuration that ssh2 knows, in ssh2's order, and the keywords of which it knows none. A keyword
 * that is not there, or only adds to OpenSSH's own list (`+`, `-`, `^`), leaves ssh2's.
 */
export function supportedAlgorithms(
  one: (keyword: string) => string | undefined,
  ciphers: readonly string[] = getCiphers(),
): { readonly offered: Algorithms; readonly lacking: readonly string[] } {
  const offered: Partial<Record<Kind, { remove: string[]; append: string[] }>> = {};
  const lacking: string[] = [];
  for (const kind of ['kex', 'cipher', 'hmac'] as const) {
    const { keyword, standard, old } = KNOWN[kind];
    const value = one(keyword.toLowerCase());
    if (value === undefined || /^[+^-]/.test(value)) continue;
    const wanted = value.split(',').filter((name) => name !== CHACHA || ciphers.includes('chacha20'));
    const append = old.split(' ').filter((name) => wanted.includes(name));
    const remove = standard.split(' ').filter((name) => !wanted.includes(name));
    if (append.length === 0 && remove.length === standard.split(' ').length) lacking.push(keyword);
    else offered[kind] = { append, remove };
  }
  return { offered: offered as Algorithms, lacking };
}
