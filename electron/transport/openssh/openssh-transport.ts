import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type LibvirtUri, placeLabel } from '../../../shared/libvirt-uri.ts';
import { cancelled, settle, throwIfAborted } from '../abort.ts';
import { Bridge } from '../bridge.ts';
import { refuseGarbage } from '../first-packet.ts';
import { HELPER, helperError, shellQuote } from '../helper.ts';
import { keepOne } from '../keep-one.ts';
import { noWay, remoteCommand, remotePrograms } from '../remote-command.ts';
import { askOpenSsh } from '../ssh/config/ask-openssh.ts';
import { resolveTarget, type SshTarget } from '../ssh/target.ts';
import { type Transport, type TransportContext, TransportError } from '../transport.ts';
import { forwarding, NO_FORWARDINGS, type OpenSshPlan, planOpenSsh } from './args.ts';
import { OpenSshMaster } from './master.ts';
import { runSsh } from './run-ssh.ts';

const STDERR_KEPT = 8_192;

interface Link {
  readonly master: OpenSshMaster;
  readonly plan: OpenSshPlan;
  /** How streams are made, found out once. */
  readonly way: 'command' | { readonly socket: string };
  readonly ends: Set<(error: TransportError | null) => void>;
}

/**
 * A daemon on another machine, by the system's own ssh: whatever works in the person's terminal works here. One ssh
 * process connects and logs in, once; each stream is a command that shares its connection, or a socket that it forwards
 * where nothing can be run.
 */
export function openSshTransport(uri: LibvirtUri, context: TransportContext): Transport {
  const { host = 'localhost' } = uri;
  const closing = new AbortController();
  let open: Link | undefined;

  const link = keepOne<Link>({
    open: async (signal) => {
      const query = { host, port: uri.port, user: uri.user };
      context.onStep?.('configure', host);
      const settings = await askOpenSsh(query, context, signal);
      if (settings === null)
        throw new TransportError('SSH_MISSING', `There is no ssh to reach ${host} with.`, { host });
      const target = resolveTarget(query, uri.params, settings, context);
      if (target.keyIsExplicit) await access(target.keyFiles[0] ?? '', constants.R_OK).catch(unreadable(target));
      const plan = planOpenSsh(query, uri.params, settings, target, context.home);
      context.onStep?.('authenticate', target.host);
      const master = await OpenSshMaster.open(plan, target, context, signal);
      context.log(`ssh to ${placeLabel(uri)}: connected.`);
      try {
        const made: Link = { master, plan, way: await findWay(uri, master, plan, signal), ends: new Set() };
        void master.ended.then((error) => {
          for (const end of [...made.ends]) end(error);
        });
        open = made;
        return made;
      } catch (error) {
        master.close();
        throw error;
      }
    },
    isAlive: ({ master }) => master.alive,
    discard: ({ master }) => master.close(),
  });

  return {
    dial: async (caller) => {
      const signal = AbortSignal.any([caller, closing.signal]);
      throwIfAborted(signal);
      const over = await link(signal);
      context.onStep?.('socket', host);
      return over.way === 'command'
        ? await runCommand(uri, over, signal)
        : await forward(over, over.way.socket, host, signal);
    },
    describe: () => {
      const way = open?.way;
      return `ssh to ${placeLabel(uri)}${way === undefined ? '' : `, ${way === 'command' ? HELPER : way.socket}`}`;
    },
    close: () => {
      closing.abort(cancelled());
      open?.master.close();
    },
  };
}

/** A command wherever the host has what it needs; else the first socket that is there, if that can be told, or may be. */
async function findWay(
  uri: LibvirtUri,
  { share, env }: OpenSshMaster,
  { options, destination }: OpenSshPlan,
  signal: AbortSignal,
): Promise<Link['way']> {
  const { helper, netcat, sockets } = remotePrograms(uri);
  if (netcat === '') return 'command';
  const runs = async (...words: string[]) =>
    (await runSsh([...options, ...NO_FORWARDINGS, ...share, ...destination, words.join(' ')], env, signal)).code === 0;
  for (const program of [helper, netcat]) if (program && (await runs('command', '-v', program))) return 'command';
  for (const path of sockets) if (await runs('test', '-S', shellQuote(path))) return { socket: path };
  const last = sockets.at(-1);
  return last === undefined ? 'command' : { socket: last };
}

async function runCommand(uri: LibvirtUri, link: Link, signal: AbortSignal): Promise<Duplex> {
  const { master, plan, ends } = link;
  const command = remoteCommand(uri);
  if (command === undefined) throw noWay(uri);
  const args = [...plan.options, ...NO_FORWARDINGS, ...master.share, ...plan.destination, command];
  const child = spawn('ssh', args, { env: { ...master.env }, stdio: 'pipe' });
  child.on('error', () => {}); // also where nobody waits for it any more
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (stderr.length < STDERR_KEPT) stderr += text;
  });
  const { host = '' } = uri;
  await settle<void>(
    signal,
    (resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (error) => reject(new TransportError('SSH_MISSING', `${error}`, { host })));
    },
    () => child.kill(),
  );
  let worked = false;
  const bridge = new Bridge({
    input: child.stdout,
    output: child.stdin,
    shut: () => {
      child.stdin.destroy();
      child.stdout.resume();
      child.kill();
    },
    gone: new Promise((resolve) =>
      child.once('close', (exitCode) => {
        // 255 is ssh's own fault: the connection that it shared has gone, or goes.
        if (exitCode !== 255) resolve(helperError({ host, exitCode, stderr, tried: [], worked }));
        else
          void master.endsSoon().then((error) => resolve(error === null ? undefined : (error ?? lose(master, host))));
      }),
    ),
    endsWhenGone: true,
    inspect: refuseGarbage,
    onFirstBytes: () => {
      worked = true;
    },
  });
  watch(bridge, ends, (error) => bridge.destroy(error ?? undefined));
  return bridge;
}

let forwarded = 0;

/** A local socket that ssh forwards to the one on the host. */
async function forward({ master, plan, ends }: Link, path: string, host: string, signal: AbortSignal): Promise<Duplex> {
  const local = join(master.folder, `s${++forwarded}`);
  const ask = (what: 'forward' | 'cancel', until?: AbortSignal) => {
    const wish = ['-O', what, '-L', forwarding(local, path)];
    return runSsh([...plan.options, ...master.share, ...wish, ...plan.destination], master.env, until);
  };
  const { code, stderr } = await ask('forward', signal);
  const missing = (said: string) =>
    new TransportError('REMOTE_SOCKET_MISSING', `${host} opened no ${path}: ${said}`, { host, tried: path });
  if (code !== 0) throw master.alive ? missing(stderr.trim()) : lostOn(host);
  const socket = connect({ path: local });
  await settle<void>(
    signal,
    (resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (error) => reject(missing(error.message)));
    },
    () => socket.destroy(),
  );
  const refusal = (said: string) => (socket.bytesRead === 0 ? missing(said) : undefined);
  const bridge = new Bridge({
    input: socket,
    output: socket,
    shut: () => socket.destroy(),
    gone: new Promise((resolve) => socket.once('close', () => resolve(refusal('it was closed at once')))),
    whyBroken: ({ message }) => refusal(message),
    endsWhenGone: true,
  });
  watch(bridge, ends, (error) => bridge.destroy(error ?? undefined));
  // ssh would go on listening; the person's own goes on also when this is closed.
  if (master.isTheirs) bridge.on('close', () => void ask('cancel'));
  return bridge;
}

function watch(bridge: Bridge, ends: Link['ends'], end: (error: TransportError | null) => void): void {
  ends.add(end);
  bridge.on('close', () => ends.delete(end));
}

/** A connection of the person's own tells nobody that it has gone. */
function lose(master: OpenSshMaster, host: string): TransportError {
  const error = lostOn(host);
  master.fail(error);
  return error;
}

function lostOn(host: string): TransportError {
  return new TransportError('CONNECTION_LOST', `ssh to ${host}: the connection was lost.`, { host });
}

function unreadable({ host, keyFiles: [keyfile = ''] }: SshTarget) {
  return (cause: NodeJS.ErrnoException) => {
    const detail = { host, keyfile, reason: cause.code ?? cause.message };
    throw new TransportError('KEY_UNREADABLE', `The key ${keyfile} can't be used: ${detail.reason}`, detail, { cause });
  };
}
