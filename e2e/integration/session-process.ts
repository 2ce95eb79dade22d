import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { HostSession } from '../../electron/hosts/host-session.ts';
import { Hub } from '../../electron/hosts/hub.ts';
import { openTransport } from '../../electron/transport/open-transport.ts';
import { unsaid } from '../../shared/host-list/details.ts';
import { driverUri, parseLibvirtUri } from '../../shared/libvirt-uri.ts';
import type { HostStatus } from '../../shared/schema.ts';
import { Bus } from '../lab/dbus.ts';
import { type Question, registerAgent } from '../lab/polkit-agent.ts';

/** What the process is started with, as JSON: its first argument. */
export interface SessionOptions {
  readonly uri: string;
  /** Whose process it becomes before it connects; without one it stays root's. */
  readonly user?: number;
  /** Whether an agent of polkit is there for this process. */
  readonly agent?: boolean;
}
/** A line of its standard input. `grant`, `fail` and `cancel` answer the oldest question of polkit's. */
export type Command = 'connect' | 'disconnect' | 'grant' | 'fail' | 'cancel';
/** What its standard output says, one line of JSON each. */
export type Report =
  | { readonly ready: true }
  | { readonly status: HostStatus }
  | { readonly asked: string }
  /** How many streams to libvirt are open. */
  | { readonly streams: number };

/*
 * A session of the app in a process of its own, since libvirt and polkit judge whoever connects by his process. It ends
 * with its standard input.
 */
const { uri: address, user, agent = false } = JSON.parse(process.argv[2] ?? '') as SessionOptions;
const tell = (report: Report) => process.stdout.write(`${JSON.stringify(report)}\n`);
const questions: Question[] = [];
const ask = (question: Question) => {
  questions.push(question);
  tell({ asked: question.action });
};

const busSocket = '/run/dbus/system_bus_socket';
const rootsBus = agent ? await Bus.open(busSocket) : undefined;
if (user !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(user);
  process.setuid?.(user);
}
if (rootsBus) await registerAgent(await Bus.open(busSocket), rootsBus, ask);

const uri = parseLibvirtUri(address);
const streams = new Set<Duplex>();
const hub = new Hub();
const session = new HostSession({
  host: { ...unsaid, id: 'host', name: 'This computer', uri: address, kind: 'local' },
  driverUri: driverUri(uri),
  openTransport() {
    const context = {
      env: process.env,
      home: homedir(),
      askHostKey: async () => true,
      askSecret: async () => null,
      log: () => {},
    };
    const transport = openTransport(uri, context);
    const dial = async (signal: AbortSignal) => {
      const stream = await transport.dial(signal);
      streams.add(stream);
      tell({ streams: streams.size });
      return stream.on('close', () => {
        streams.delete(stream);
        tell({ streams: streams.size });
      });
    };
    return { ...transport, dial };
  },
  hub,
  log: () => {},
});
const obey: Record<Command, () => unknown> = {
  connect: () => session.connect(),
  disconnect: () => session.disconnect(),
  grant: () => questions.shift()?.grant(),
  fail: () => questions.shift()?.fail(),
  cancel: () => questions.shift()?.cancel(),
};

async function tellStatuses(): Promise<void> {
  for await (const event of hub.subscribe(() => ({ type: 'host', host: session.host }), undefined))
    if (event.type === 'host') tell({ status: event.host.connection });
}

void tellStatuses();
tell({ ready: true });
for await (const line of createInterface(process.stdin)) await obey[line as Command]();
process.exit();
