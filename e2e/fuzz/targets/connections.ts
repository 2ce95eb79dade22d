import type { Duplex } from 'node:stream';
import { SnapshotCache } from '../../../electron/hosts/snapshot-cache.ts';
import { RpcConnection } from '../../../electron/libvirt/connection.ts';
import { listDomains, readDomain } from '../../../electron/libvirt/domains.ts';
import { ConnectionError, LibvirtError, StreamLimitError } from '../../../electron/libvirt/errors.ts';
import { FakePeer } from '../../../electron/libvirt/fake-peer.ts';
import { encodePacket, type Packet } from '../../../electron/libvirt/frame.ts';
import { AuthenticationError, openConnection } from '../../../electron/libvirt/open.ts';
import { screenshot } from '../../../electron/libvirt/screenshot.ts';
import { XdrError } from '../../../electron/libvirt/xdr.ts';
import { XmlError } from '../../../electron/libvirt/xml.ts';
import { Random } from '../../explore/random.ts';
import { mutatedBytes } from '../mutate.ts';
import { holds, refused, type Target, taken } from '../target.ts';
import type { Recorded } from './recorded.ts';

const uuid = '00000000-0000-4000-8000-000000000001';
const usual = [ConnectionError, LibvirtError, StreamLimitError, XdrError, XmlError, AuthenticationError];
/** Asks for something on a connection that is open, and closes it. */
const on = (act: (connection: RpcConnection) => Promise<unknown>) => async (stream: Duplex) => {
  const connection = new RpcConnection(stream);
  await act(connection).finally(() => connection.close());
};
const uses: readonly ((stream: Duplex) => Promise<unknown>)[] = [
  on((connection) => listDomains(connection)),
  on((connection) => readDomain(connection, uuid)),
  on((connection) => new SnapshotCache(connection).read(uuid)),
  on((connection) => screenshot(connection, uuid)),
  async (stream) => (await openConnection(stream, 'qemu:///system')).close(),
];
/** Whoever says nothing more for so long hangs up, milliseconds. */
const SILENCE_MS = 2;

/** Whole connections: whatever the other side answers, every call ends, with one of the errors that it may end with. */
export function connections(recorded: Recorded): Target {
  return {
    name: 'connections',
    unit: 'connections',
    full: 10_000,
    // What is asked, and the seed of what is answered.
    draw: (random) => Buffer.from(Array.from({ length: 5 }, () => random.below(256))),
    async read(input) {
      const bytes = Buffer.concat([input as Buffer, Buffer.alloc(5)]);
      const use = uses[bytes.readUInt8(0) % uses.length] as (typeof uses)[number];
      const random = new Random(bytes.readUInt32BE(1));
      let silence: NodeJS.Timeout | undefined;
      const peer = new FakePeer((call, self) => {
        clearTimeout(silence);
        silence = setTimeout(() => self.end(), SILENCE_MS);
        for (const each of answersTo(call, recorded, random)) self.write(each);
      });
      const error = await use(peer.stream).then(
        () => null,
        (reason: unknown) => reason,
      );
      clearTimeout(silence);
      peer.end();
      const told = error instanceof Error ? error.stack : error;
      holds(error === null || usual.some((each) => error instanceof each), `${told}`);
      return error === null ? taken : refused;
    },
  };
}

/** An honest answer or one that was changed, and now and then something that was not asked for. */
function answersTo({ program, procedure, serial }: Packet, { packets, bytes }: Recorded, random: Random): Buffer[] {
  const honest = packets.filter((each) => each.procedure === procedure && each.program === program);
  const answer = encodePacket({ ...random.pick(honest.length > 0 ? honest : packets), serial });
  const sent = random.chance(0.6) ? answer : mutatedBytes(random, answer, bytes);
  if (sent.length >= 28) sent.writeUInt32BE(sent.length, 0);
  return random.chance(0.2) ? [mutatedBytes(random, random.pick(bytes), bytes), sent] : [sent];
}
