import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError } from '../libvirt/errors.ts';
import type { HostSession } from './host-session.ts';
import { ProblemError } from './problems.ts';

/** How long a host that was lost is waited for. Milliseconds. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 250;

/**
 * Runs something that only reads. Where the connection goes meanwhile, or is just being made, it waits for the host for a
 * while, and runs it once more: who asked for it notices nothing but the time.
 * @throws whatever `read` throws; where the host does not come back, what it threw first
 */
export async function readAgain<T>(
  session: Pick<HostSession, 'isConnected' | 'isComing' | 'nextChange'>,
  signal: AbortSignal,
  read: () => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isOfConnection(error) || !(await comesBack(session, signal, patienceMs))) throw error;
    return await read();
  }
}

/** Of the connection, and not of what was asked. */
function isOfConnection(error: unknown): boolean {
  if (error instanceof ProblemError) return error.problem.code === 'NOT_CONNECTED';
  return error instanceof ConnectionError && error.code !== 'PROTOCOL';
}

async function comesBack(
  session: Pick<HostSession, 'isConnected' | 'isComing' | 'nextChange'>,
  signal: AbortSignal,
  patienceMs: number,
): Promise<boolean> {
  const given = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  // What breaks a connection is told before the session knows of it.
  await sleep(0);
  while (!session.isConnected && session.isComing && !given.aborted) {
    const woken = new AbortController();
    await Promise.race([
      session.nextChange(AbortSignal.any([given, woken.signal])),
      sleep(LOOK_MS, undefined, { ref: false }),
    ]);
    woken.abort();
  }
  return session.isConnected && !signal.aborted;
}
