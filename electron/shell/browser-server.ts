import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { AppRouter } from '../router.ts';
import { securityHeaders } from './content-security-policy.ts';
import { Oldest } from './oldest.ts';
import { PageFiles } from './page-files.ts';
import { WindowSockets } from './window-sockets.ts';

export interface BrowserServer {
  readonly port: number;
  /** The page with its token, which only the fragment carries: it never leaves the browser or enters a log. */
  readonly url: string;
  close(): Promise<void>;
}

/** On one connection; whoever sends them all at once would keep others waiting. A page has some thirty files. */
const MAX_REQUESTS = 100;
/** Connections that have shown no token; the oldest goes when there are more, so that nobody is kept out by others’. */
const MAX_STRANGERS = 128;

/**
 * Serves the page and the router to this machine alone.
 * @param directory the built page.
 * @param port 0 lets the system choose.
 */
export async function serveBrowser(
  router: AppRouter,
  directory: string,
  token: string,
  port: number,
): Promise<BrowserServer> {
  const page = await PageFiles.read(directory);
  const server = createServer((request, response) => {
    const connect = `'self' ws://127.0.0.1:${port} ws://localhost:${port}`;
    const refused = isOurs(request, port) ? page.answer(request, response, securityHeaders(connect)) : 403;
    if (refused !== null) response.writeHead(refused).end();
  });
  server.maxRequestsPerSocket = MAX_REQUESTS;
  server.on('dropRequest', (_request, socket) => socket.destroy());
  const strangers = new Oldest<Socket>(MAX_STRANGERS, (socket) => socket.destroy());
  server.on('connection', (socket: Socket) => strangers.add(socket));
  const sockets = new WindowSockets(router);
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!isOurs(request, port) || !isOwnPage(request, port) || !sockets.has(request.url)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    if (!carriesToken(request, token)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
      return;
    }
    strangers.delete(socket as Socket);
    sockets.take(request.url, request, socket, head);
  });
  port = await listen(server, port);
  return {
    port,
    url: `http://127.0.0.1:${port}/#token=${token}`,
    async close() {
      sockets.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

function names(port: number): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/** A page of another site can make a browser connect here under a name of its own (DNS rebinding). */
function isOurs(request: IncomingMessage, port: number): boolean {
  return names(port).includes(request.headers.host ?? '');
}

function isOwnPage(request: IncomingMessage, port: number): boolean {
  return names(port).some((name) => request.headers.origin === `http://${name}`);
}

function carriesToken(request: IncomingMessage, token: string): boolean {
  const expected = Buffer.from(`token.${token}`);
  return (request.headers['sec-websocket-protocol'] ?? '').split(',').some((each) => {
    const offered = Buffer.from(each.trim());
    return offered.length === expected.length && timingSafeEqual(offered, expected);
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
