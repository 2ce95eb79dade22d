import type { Duplex } from 'node:stream';
import { domainRef } from '../../../electron/libvirt/domains.ts';
import { encodePacket, packetStatus, packetType } from '../../../electron/libvirt/frame.ts';
import { type Args, procedures } from '../../../electron/libvirt/procedures.ts';
import { encode, type Xdr } from '../../../electron/libvirt/xdr.ts';
import { driverUri, parseLibvirtUri } from '../../../shared/libvirt-uri.ts';
import { type Read, transportOurs } from '../world/ours.ts';
import { snapshotName } from '../world/snapshot-xml.ts';

type ProcedureName = keyof typeof procedures;

/**
 * As fast as one connection can be: all that is asked about these domains is written at once, in frames that are ready
 * before, and the answers are counted by their length words. Nothing of them is looked at.
 * @returns milliseconds
 */
export async function readRaw(uri: string, home: string, domains: readonly Read[]): Promise<number> {
  const transport = transportOurs(uri, home);
  const stream = await transport.dial(new AbortController().signal);
  try {
    await exchange(stream, [frame('authList', {}, 1)]);
    await exchange(stream, [frame('connectOpen', { name: driverUri(parseLibvirtUri(uri)), flags: 0 }, 2)]);
    const frames = questions(domains);
    const all = Buffer.concat(frames);
    const began = performance.now();
    const bytes = await exchange(stream, [all], frames.length);
    const took = performance.now() - began;
    const snapshots = domains.reduce((sum, each) => sum + each.snapshots, 0);
    if (bytes < snapshots * LEAST) throw new Error(`${bytes} bytes cannot be ${snapshots} snapshots`);
    return took;
  } finally {
    stream.destroy();
    transport.close();
  }
}

/** Of a snapshot, bytes: an error is shorter. */
const LEAST = 2_000;

/** What has to be asked: the list of snapshots and the current one of each domain, and each snapshot's XML. */
function questions(domains: readonly Read[]): Buffer[] {
  let serial = 2;
  return domains.flatMap(({ uuid, snapshots }) => {
    const domain = domainRef(uuid);
    return [
      frame('domainListAllSnapshots', { domain, needResults: 1, flags: 0 }, ++serial),
      frame('domainSnapshotCurrent', { domain, flags: 0 }, ++serial),
      ...Array.from({ length: snapshots }, (_, at) =>
        frame('domainSnapshotGetXmlDesc', { snapshot: { name: snapshotName(at), domain }, flags: 0 }, ++serial),
      ),
    ];
  });
}

function frame<P extends ProcedureName>(name: P, args: Args<(typeof procedures)[P]>, serial: number): Buffer {
  const { program, number, args: codec } = procedures[name];
  const payload = encode(codec as Xdr<unknown>, args);
  return encodePacket({ program, procedure: number, type: packetType.call, serial, status: packetStatus.ok, payload });
}

/** Writes these bytes and waits for so many frames. @returns how many bytes came */
function exchange(stream: Duplex, bytes: readonly Buffer[], wanted = 1): Promise<number> {
  return new Promise((resolve, reject) => {
    const count = new FrameCount();
    const onData = (chunk: Buffer) => {
      count.push(chunk);
      if (count.frames < wanted) return;
      stream.off('data', onData);
      stream.off('close', onClose);
      resolve(count.bytes);
    };
    const onClose = () => reject(new Error('libvirt closed the connection'));
    stream.on('data', onData);
    stream.on('close', onClose);
    for (const each of bytes) stream.write(each);
  });
}

/** Counts frames by their length words. */
export class FrameCount {
  frames = 0;
  bytes = 0;
  /** Of the frame that is under way. */
  #left = 0;
  #word = Buffer.alloc(4);
  #wordBytes = 0;

  push(chunk: Buffer): void {
    this.bytes += chunk.length;
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken;
        at += taken;
        if (this.#left === 0) this.frames++;
        continue;
      }
      const taken = chunk.copy(this.#word, this.#wordBytes, at, at + 4 - this.#wordBytes);
      this.#wordBytes += taken;
      at += taken;
      if (this.#wordBytes < 4) return;
      this.#wordBytes = 0;
      this.#left = this.#word.readUInt32BE(0) - 4;
    }
  }
}
