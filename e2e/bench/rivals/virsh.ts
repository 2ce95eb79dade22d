import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { run } from '../../lab/run.ts';
import { timed } from '../rounds.ts';
import type { Read } from '../world/ours.ts';
import { snapshotName } from '../world/snapshot-xml.ts';

const env = { ...process.env, LC_ALL: 'C.UTF-8', LANGUAGE: 'C' };

/** Runs one virsh. @returns milliseconds, from its start to its end */
export function virshOnce(uri: string, ...args: string[]): Promise<number> {
  return timed(() => run(['virsh', '--connect', uri, ...args], { env }));
}

/**
 * Has one virsh show each snapshot of domains by commands on its standard input. Their names it is told: it lists nothing.
 * @returns milliseconds from when it has connected to its end
 */
export async function readWithVirsh(uri: string, domains: readonly Read[]): Promise<number> {
  const virsh = spawn('virsh', ['--quiet', '--connect', uri], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let bytes = 0;
  virsh.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  const ended = once(virsh, 'close');
  virsh.stdin.write('uri\n');
  await once(virsh.stdout, 'data');
  const commands = domains.flatMap(({ name, snapshots }) =>
    Array.from({ length: snapshots }, (_, at) => `snapshot-dumpxml ${name} ${snapshotName(at)}\n`),
  );
  const took = await timed(async () => {
    virsh.stdin.end(commands.join(''));
    await ended;
  });
  if (bytes < commands.length * LEAST) throw new Error(`virsh printed ${bytes} bytes`);
  return took;
}

/** Of a snapshot, bytes: an error is shorter. */
const LEAST = 2_000;
