import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { AppRouter } from '../router.ts';
import { Oldest } from './oldest.ts';

const MiB = 1024 * 1024;

/**
 * Where windows may come in: how large a message may be, bytes, and how many of them at a time; the oldest goes when
 * there are more. All but chosen files is small: a description, of 1 MiB at most, is the largest.
 */
const doors: Readonly<Record<string, { largest: number; most: number }>> = {
  '/rpc': { largest: 4 * MiB, most: 32 },
  '/rpc/files': { largest: 48 * MiB, most: 2 },
};
/** A window that does not read what it asked for is given up when so much waits for it; bytes. */
const UNREAD = 32 * MiB;

/** WebSockets of windows that have shown the token, each with every call of the router. */
export class WindowSockets {
  readonly #doors: ReadonlyMap<string, Door>;

  constructor(router: AppRouter) {
    const handler = new RPCHandler(router);
    this.#doors = new Map(
      Object.entries(doors).map(([path, { largest, most }]) => [path, door(handler, largest, most)]),
    );
  }

  has(path: string | undefined): path is string {
    return this.#doors.has(path ?? '');
  }

  take(path: string, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { server, take } = this.#doors.get(path) as Door;
    server.handleUpgrade(request, socket, head, take);
  }

  close(): void {
    for (const { server } of this.#doors.values()) for (const client of server.clients) client.terminate();
  }
}

interface Door {
  readonly server: WebSocketServer;
  readonly take: (client: WebSocket) => void;
}

function door(handler: RPCHandler<Record<never, never>>, largest: number, most: number): Door {
  const windows = new Oldest<WebSocket>(most, (client) => client.terminate());
  const handleProtocols = (offered: Set<string>) => (offered.has('snapkeel') ? 'snapkeel' : false);
  const options = { noServer: true, maxPayload: largest, perMessageDeflate: false, handleProtocols };
  return {
    // One message a turn: a window that sends thousands at once holds up no other.
    server: new WebSocketServer({ ...options, allowSynchronousEvents: false }),
    take: (client) => {
      client.on('error', () => client.terminate()); // bytes that are no frames; unheard it would end the process
      windows.add(client);
      handler.upgrade({
        addEventListener: client.addEventListener.bind(client),
        send: (data: Parameters<WebSocket['send']>[0]) => {
          if (client.bufferedAmount > UNREAD) client.terminate();
          else client.send(data);
        },
      } as Pick<WebSocket, 'addEventListener' | 'send'>);
    },
  };
}
