import { createServer, type Socket } from 'node:net';
import { encodePacket, type Packet, PacketReader, packetType } from '../../../electron/libvirt/frame.ts';
import { buildDomain } from '../../../electron/simulator/build.ts';
import { procedureNameOf } from '../../../electron/simulator/handlers/handler.ts';
import { createSimulator } from '../../../electron/simulator/simulator.ts';
import { type Hostile, hostiles } from './libvirtd-table.ts';

/*
 * A libvirtd that means harm, as a process of its own: `tsx libvirtd.ts SOCKET NAME`. It is the simulated one, with some
 * of its answers replaced. It prints a line a connection, and one when all has been sent.
 */
const [path = '', name = ''] = process.argv.slice(2);
const hostile = hostiles[name];
if (!hostile) throw new Error(`there is no hostile libvirtd “${name}”`);
const now = Math.floor(Date.now() / 1000);
const simulator = createSimulator({ domains: (hostile.domains ?? usual)().map((spec) => buildDomain(spec, now)) });
createServer((socket) => serve(socket, hostile).catch((error) => process.stderr.write(`${error}\n`))).listen(path, () =>
  tell('listening'),
);

function usual() {
  const snapshots = [1, 2, 3].map((n) => ({ name: `s${n}`, ago: 3600 * (4 - n) }));
  return [{ name: 'victim', uuid: '00000000-0000-4000-8000-000000000001', state: 'running' as const, snapshots }];
}

async function serve(socket: Socket, { accept, reply, ready }: Hostile): Promise<void> {
  tell('connection');
  socket.on('error', () => {});
  if (accept) return accept(socket);
  const daemon = await simulator.dial(new AbortController().signal);
  socket.on('close', () => daemon.destroy());
  daemon.on('close', () => socket.destroy()).on('error', () => {});
  socket.pipe(daemon);
  const reader = new PacketReader();
  let isReady = false;
  daemon.on('data', (chunk: Buffer) => {
    for (const each of reader.push(chunk)) void pass(each);
  });
  const pass = async (each: Packet): Promise<void> => {
    const procedure = procedureNameOf(each);
    const replaced = each.type === packetType.reply && procedure ? reply?.[procedure] : undefined;
    if (replaced) await replaced(each, socket);
    else if (each.type !== packetType.stream || !reply?.domainScreenshot) socket.write(encodePacket(each));
    if (isReady || procedure !== 'connectListAllDomains') return;
    isReady = true;
    await ready?.(socket);
    if (ready) tell('sent');
  };
}

function tell(what: string): void {
  process.stdout.write(`${what}\n`);
}
