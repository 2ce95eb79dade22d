import type { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { settle } from '../abort.ts';
import { Bridge } from '../bridge.ts';
import { printable } from '../first-packet.ts';
import { type TransportContext, TransportError } from '../transport.ts';
import { refuseTinyPackets } from './channel.ts';
import { readSettings } from './config/read-settings.ts';
import type { SshQuery } from './config/settings.ts';
import { logIn, type Reach, reachDirectly, type SshSession } from './login.ts';
import { LoginMemory } from './login-secrets.ts';
import { resolveTarget, type SshTarget } from './target.ts';

/** A configuration that goes round in circles ends here. */
const MOST_JUMPS = 16;

/**
 * Reads what is configured for a host, and logs in: straight, or through the machines of its ProxyJump. Each of those has
 * a configuration, a key and a login of its own. As in OpenSSH a machine's own ProxyJump counts for the first of a list.
 * @throws TransportError
 */
export async function logInTo(
  target: SshTarget,
  context: TransportContext,
  signal: AbortSignal,
  depth = 0,
  memory = new LoginMemory(),
): Promise<SshSession> {
  refuseWhatOpenSshNeeds(target);
  if (target.jumps.length === 0) return await logIn(target, context, signal, reachDirectly, memory);
  if (depth >= MOST_JUMPS) {
    const reason = `more than ${MOST_JUMPS} machines on the way (ProxyJump)`;
    throw new TransportError('SSH_CONFIG_FAILED', `${target.host}: ${reason}`, { host: target.host, reason });
  }
  const before = target.jumps.slice(0, -1);
  const last = target.jumps.at(-1) as SshQuery;
  const through: Reach = async ({ host, port }, onStep, attempt) => {
    const own = resolveTarget(last, {}, await readSettings(last, context, attempt), context);
    const hopTarget = before.length > 0 ? { ...own, jumps: before } : own;
    const hop = await logInTo(hopTarget, context, attempt, depth + 1, memory.before);
    onStep('connect');
    return await forward(hop, own.host, host, port, own.connectTimeoutMs, attempt);
  };
  return await logIn(target, context, signal, through, memory);
}

/** @throws TransportError NEEDS_OPENSSH */
function refuseWhatOpenSshNeeds({ host, needsOpenSsh }: SshTarget): void {
  if (needsOpenSsh.length === 0) return;
  const reason = needsOpenSsh.join(', ');
  throw new TransportError('NEEDS_OPENSSH', `${host}: only OpenSSH can do ${reason}.`, { host, reason });
}

/** A stream from a machine to another one; its end ends the login there. */
async function forward(
  { client, close }: SshSession,
  jump: string,
  host: string,
  port: number,
  ms: number,
  signal: AbortSignal,
): Promise<Duplex> {
  try {
    const channel = await settle<ClientChannel>(
      signal,
      (resolve, reject) =>
        client.forwardOut('127.0.0.1', 0, host, port, (error, made) => (error ? reject(error) : resolve(made))),
      undefined,
      { ms, error: () => new TransportError('TIMED_OUT', `${jump}: no way to ${host} within ${ms} ms.`, { host }) },
    );
    refuseTinyPackets(channel, jump);
    channel.stderr.resume();
    return new Bridge({
      input: channel,
      output: channel,
      shut: () => {
        channel.close();
        channel.resume();
        close(); // without waiting for the machine to agree
      },
      gone: new Promise((resolve) => {
        channel.once('close', () => resolve(undefined));
        client.once('close', () => resolve(undefined));
      }),
    });
  } catch (error) {
    close();
    if (error instanceof TransportError) throw error;
    const reason = printable(error instanceof Error ? error.message : String(error));
    throw new TransportError('JUMP_REFUSED', `${jump} would not pass on to ${host}: ${reason}`, { host, jump, reason });
  }
}
