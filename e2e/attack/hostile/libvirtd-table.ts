import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodePng } from '../../../electron/kept/thumbnails/thumbnail.ts';
import { packetOf, wireError } from '../../../electron/libvirt/fake-peer.ts';
import { type Packet, packetStatus, packetType, program } from '../../../electron/libvirt/frame.ts';
import { events, procedures } from '../../../electron/libvirt/procedures.ts';
import { encode } from '../../../electron/libvirt/xdr.ts';
import type { DomainSpec } from '../../../electron/simulator/build.ts';
import { messagePacket } from '../../../electron/simulator/event-packet.ts';
import type { ProcedureName } from '../../../electron/simulator/handlers/handler.ts';
import { write } from './write.ts';

type Replace = (answer: Packet, socket: Socket) => Promise<unknown> | unknown;

/** What a libvirtd does otherwise than it should. */
export interface Hostile {
  readonly domains?: () => DomainSpec[];
  /** Instead of everything. */
  readonly accept?: (socket: Socket) => Promise<void> | void;
  /** Instead of an answer. */
  readonly reply?: Partial<Record<ProcedureName, Replace>>;
  /** What follows once the client has been told which domains there are. */
  readonly ready?: (socket: Socket) => Promise<unknown>;
}

const MiB = 1024 * 1024;
/** So many small packets at a time. */
const BATCH = 2_000;

async function flood(socket: Socket, count: number, make: (n: number) => Buffer): Promise<void> {
  for (let n = 0; n < count; n += BATCH)
    if (!(await write(socket, Buffer.concat(Array.from({ length: BATCH }, (_, at) => make(n + at)))))) return;
}

const answer = (to: Packet, payload: Buffer, status: number = packetStatus.ok) =>
  packetOf({ program: to.program, procedure: to.procedure, serial: to.serial, status, payload });
const xmlInstead =
  (xml: string): Replace =>
  (to, socket) =>
    write(socket, answer(to, encode(procedures.domainSnapshotGetXmlDesc.result, { xml })));
const snapshotXml = (inside: string, attributes = '') =>
  `<domainsnapshot${attributes}><name>s1</name><state>shutoff</state><creationTime>1700000000</creationTime>${inside}</domainsnapshot>`;
const domainOf = (letter: string) =>
  `<domain><name>victim</name><devices>${Array.from(
    { length: 20_000 },
    (_, n) => `<disk type="file"><target dev="${letter}${n}"/></disk>`,
  ).join('')}</devices></domain>`;
const piece = (to: Packet, payload: Buffer) =>
  packetOf({ ...to, type: packetType.stream, status: packetStatus.continue, payload });
const mime = (to: Packet, socket: Socket) =>
  write(socket, answer(to, encode(procedures.domainScreenshot.result, { mime: 'image/png' })));
const pictured =
  (picture: () => Buffer): Replace =>
  async (to, socket) => {
    await mime(to, socket);
    const data = picture();
    for (let at = 0; at < data.length; at += 262_120) await write(socket, piece(to, data.subarray(at, at + 262_120)));
    await write(socket, piece(to, Buffer.alloc(0)));
  };
const black = (width: number, height: number) => encodePng({ width, height, rgb: new Uint8Array(width * height * 3) });
const lifecycle = () =>
  messagePacket(events.lifecycle, {
    callbackId: 1,
    domain: { name: 'ghost', uuid: randomBytes(16), id: 7 },
    event: 4,
    detail: 0,
  });

export const hostiles: Readonly<Record<string, Hostile>> = {
  honest: {},
  'unknown domains': { ready: (socket) => flood(socket, 4_000_000, lifecycle) },
  pings: {
    ready: async (socket) => {
      socket.pause();
      const ping = packetOf({ program: program.keepalive, procedure: 1, type: packetType.message });
      await flood(socket, 2_000_000, () => ping);
      socket.resume();
    },
  },
  'unknown messages': {
    ready: (socket) =>
      flood(socket, 1_000_000, (n) => packetOf({ procedure: 10_000 + (n % 1_000), type: packetType.message })),
  },
  'one byte at a time': {
    reply: {
      async domainScreenshot(to, socket) {
        await mime(to, socket);
        const bytes = piece(to, Buffer.from('x'));
        await flood(socket, 4_000_000, () => bytes);
      },
    },
  },
  'a stream without end': {
    reply: {
      async domainScreenshot(to, socket) {
        await mime(to, socket);
        const bytes = piece(to, Buffer.alloc(262_120, 120));
        for (let sent = 0; sent < 2_048 * MiB && (await write(socket, bytes)); ) sent += bytes.length;
      },
    },
  },
  'a silent stream': { reply: { domainScreenshot: mime } },
  'long errors': {
    reply: {
      domainListAllSnapshots: (to, socket) =>
        write(socket, answer(to, wireError({ code: 1, message: 'é'.repeat(2 * MiB - 8) }), packetStatus.error)),
    },
  },
  'many elements': { reply: { domainSnapshotGetXmlDesc: xmlInstead(snapshotXml('<a/>'.repeat(MiB - 100))) } },
  'deep elements': { reply: { domainSnapshotGetXmlDesc: xmlInstead(snapshotXml('<a>'.repeat(1_200_000))) } },
  'many attributes': {
    reply: {
      domainSnapshotGetXmlDesc: xmlInstead(
        snapshotXml('', Array.from({ length: 250_000 }, (_, n) => ` a${n}="x"`).join('')),
      ),
    },
  },
  'long text': {
    reply: {
      domainSnapshotGetXmlDesc: xmlInstead(snapshotXml(`<description>${'&lt;'.repeat(900_000)}</description>`)),
    },
  },
  'what was quadratic': {
    reply: { domainSnapshotGetXmlDesc: xmlInstead(snapshotXml(`<!--${'-'.repeat(156 * 1024)}`)) },
  },
  'many disks': {
    reply: {
      domainSnapshotGetXmlDesc: xmlInstead(snapshotXml(domainOf('s'))),
      domainGetXmlDesc: (to, socket) =>
        write(socket, answer(to, encode(procedures.domainGetXmlDesc.result, { xml: domainOf('t') }))),
    },
  },
  'values that make no sense': {
    reply: {
      domainSnapshotGetXmlDesc: xmlInstead(
        '<domainsnapshot><name>s1\u202e</name><state>eternal</state><creationTime>99999999999999999999</creationTime><parent><name>s1\u202e</name></parent></domainsnapshot>',
      ),
      domainGetState: (to, socket) =>
        write(socket, answer(to, encode(procedures.domainGetState.result, { state: -7, reason: 2 ** 31 - 1 }))),
    },
  },
  'many domains': {
    domains: () =>
      Array.from({ length: 1_000 }, (_, n) => ({
        name: `${'a very long name '.repeat(8)}${n}`,
        uuid: `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`,
        snapshots: Array.from({ length: 20 }, (_, at) => ({ name: `s${at}`, ago: 60 * (20 - at) })),
      })),
  },
  'a length that lies': {
    ready: async (socket) => {
      const head = Buffer.alloc(32 * MiB);
      head.writeUInt32BE(32 * MiB + 4);
      for (let at = 0; at < head.length; at += 64) if (!(await write(socket, head.subarray(at, at + 64)))) return;
    },
  },
  'packets as large as can be': {
    ready: async (socket) => {
      const large = packetOf({ procedure: 9_999, type: packetType.message, payload: Buffer.alloc(32 * MiB - 64) });
      for (let n = 0; n < 60; n++) if (!(await write(socket, large))) return;
    },
  },
  'answers nobody asked for': {
    ready: (socket) => write(socket, packetOf({ serial: 4_000_000, procedure: 1 })),
  },
  'no answer to the greeting': { accept: (socket) => void socket.resume() },
  'no answer to a list': { reply: { connectListAllDomains: () => {}, connectGetAllDomainStats: () => {} } },
  'cut in the middle of a packet': {
    ready: async (socket) => {
      await write(socket, packetOf({ payload: Buffer.alloc(1_000) }).subarray(0, 500));
      await sleep(20);
      socket.destroy();
    },
  },
  'a picture of 40 megapixels': { reply: { domainScreenshot: pictured(() => black(8_000, 5_000)) } },
  'the largest picture': { reply: { domainScreenshot: pictured(() => black(4_096, 2_304)) } },
  'a large plain picture': {
    reply: {
      domainScreenshot: pictured(() =>
        Buffer.concat([Buffer.from('P6\n4096 2304\n255\n'), Buffer.alloc(4_096 * 2_304 * 3)]),
      ),
    },
  },
};
