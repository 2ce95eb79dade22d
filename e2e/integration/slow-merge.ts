import type { HostSession } from '../../electron/hosts/host-session.ts';
import { procedures } from '../../electron/libvirt/procedures.ts';
import { run } from '../lab/run.ts';

/** Writes into a layer of a guest that is off, so that merging it takes a while. */
export async function fillLayer(path: string, mebibytes: number): Promise<void> {
  await run(['qemu-io', '-f', 'qcow2', '-c', `write -P 7 2M ${mebibytes}M`, path]);
}

/**
 * Slows a block job down as soon as there is one, in QEMU itself: libvirt waits for its own deletion.
 * @param bytesPerSecond 0 lets it go on at full speed
 */
export async function throttleMerge({ reads }: HostSession, uuid: string, bytesPerSecond: number): Promise<void> {
  const domain = { name: '', uuid: Buffer.from(uuid.replaceAll('-', ''), 'hex'), id: -1 };
  const monitor = async (command: object) => {
    const answer = await reads.call(procedures.domainMonitorCommand, {
      domain,
      cmd: JSON.stringify(command),
      flags: 0,
    });
    return (JSON.parse(answer.result) as { return?: { device: string }[] }).return ?? [];
  };
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    // A domain that is off is started for it.
    const [job] = await monitor({ execute: 'query-block-jobs' }).catch(() => []);
    if (!job) continue;
    await monitor({ execute: 'block-job-set-speed', arguments: { device: job.device, speed: bytesPerSecond } });
    return;
  }
  throw new Error('no block job was seen');
}
