import type { LibvirtTransport } from './libvirt-uri.ts';
import { own } from './own.ts';

/** Whether a parameter's values are honoured over one transport; `otherwise` ends the sentence on one that is not. */
interface ParamRule {
  /** The values that are honoured; without it, none is. */
  readonly ok?: RegExp;
  /** Follows the parameter's name. */
  readonly otherwise: string;
}
/** The local socket, with and without `+unix`, reads the same parameters. */
type Way = Exclude<LibvirtTransport, 'auto'>;
type Row = Readonly<Partial<Record<Way, ParamRule>>>;

const must = (ok: RegExp, means: string): ParamRule => ({ ok, otherwise: `must be ${means}` });
const refused = (otherwise: string): ParamRule => ({ otherwise });

const anything: ParamRule = { ok: /^/, otherwise: '' };
const socket = must(/^\//, 'an absolute path');
const file = must(/^[/~]|^[A-Za-z]:/, 'an absolute path');
const mode = must(/^(auto|direct|legacy)$/, 'auto, direct or legacy');
const flag = must(/^[01]$/, '0 or 1');
const auth = refused('is not supported: Snapkeel logs in the way libvirt asks; leave it out');
const authfile = refused('is not supported: Snapkeel does not store or read passwords here; leave it out');

/**
 * Every parameter that libvirt's remote driver consumes rather than passes on (src/remote/remote_driver.c,
 * `doRemoteOpen`; https://libvirt.org/uri.html), with each transport that gives it a meaning. Over the others it is refused.
 */
export const remoteParams: Readonly<Record<string, Row>> = {
  name: { unix: anything, ssh: anything, tls: anything, tcp: anything },
  mode: { unix: mode, ssh: mode },
  socket: { unix: socket, ssh: socket },
  proxy: { ssh: must(/^(auto|native|netcat)$/, 'auto, native or netcat') },
  keyfile: { ssh: file },
  known_hosts: { ssh: file },
  known_hosts_verify: {
    ssh: {
      ok: /^normal$/,
      otherwise: 'would trust host keys that nobody has checked; leave it out, or write normal',
    },
  },
  no_verify: {
    ssh: { ok: /^0$/, otherwise: 'would trust host keys that nobody has checked; leave it out' },
    tls: {
      ok: /^0$/,
      otherwise:
        'would turn off the check of the server’s certificate, so anyone could pose as the server; leave it out',
    },
  },
  no_sanity: {
    tls: { ok: /^0$/, otherwise: 'would accept certificates that are expired or do not match; leave it out' },
  },
  // There is no terminal to ask on, so nothing is asked there.
  no_tty: { ssh: flag },
  pkipath: { tls: file },
  tls_priority: {
    tls: refused('is for GnuTLS, which Snapkeel does not use: it uses TLS 1.2 or newer; leave it out'),
  },
  command: {
    ssh: refused('is not supported: Snapkeel has its own SSH client and does not run another one; leave it out'),
  },
  netcat: { ssh: must(/^[\w.+/-]+$/, 'the name or the path of a program') },
  sshauth: {
    ssh: refused('is not supported: the SSH agent and key files are tried; leave it out, or name a key with keyfile'),
  },
  auth: { unix: auth, ssh: auth, tls: auth, tcp: auth },
  authfile: { unix: authfile, ssh: authfile, tls: authfile, tcp: authfile },
};

const wayNames: Readonly<Record<Way, string>> = {
  unix: 'the local socket',
  ssh: 'SSH',
  tls: 'TLS',
  tcp: 'plain TCP',
};

/** Whether libvirt's remote driver owns a parameter; its names are compared without case. */
export function isRemoteParam(name: string): boolean {
  return own(remoteParams, name.toLowerCase()) !== undefined;
}

/** Why a parameter cannot be honoured over a transport, as a sentence; undefined where it is, or is the driver's own. */
export function paramProblem(transport: LibvirtTransport, name: string, value: string): string | undefined {
  const row = own(remoteParams, name);
  if (row === undefined) return undefined;
  const way = transport === 'auto' ? 'unix' : transport;
  const rule = row[way];
  if (rule === undefined) return `"${name}" has no meaning over ${wayNames[way]}; leave it out.`;
  if (rule.ok?.test(value)) return undefined;
  return `"${rule.ok === undefined ? name : `${name}=${value}`}" ${rule.otherwise}.`;
}
