import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RPCHandler } from '@orpc/server/ws';
import sirv from 'sirv';
import { WebSocketServer } from 'ws';
import type { AppRouter } from '../router.ts';
import { securityHeaders } from './content-security-policy.ts';

export interface BrowserServer {
  readonly port: number;
  /** The page with its token, which only the fragment carries: it never leaves the browser or enters a log. */
  readonly url: string;
  close(): Promise<void>;
}

/** Close code for a socket without the right token; the page then says to open the printed link. */
const UNAUTHORISED = 4401;
/** Bytes. Files with metadata of snapshots, 32 MiB at most, are sent as one message. */
const MAX_MESSAGE = 48 * 1024 * 1024;

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
  const files = sirv(directory, {
    etag: true,
    setHeaders: (response) => {
      const connect = `ws://127.0.0.1:${port} ws://localhost:${port}`;
      for (const [name, value] of Object.entries(securityHeaders(connect))) response.setHeader(name, value);
    },
  });
  const server = createServer((request, response) => {
    const refuse = (status: number): void => {
      response.writeHead(status).end();
    };
    if (!isOurs(request, port)) refuse(403);
    else files(request, response, () => refuse(404));
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    handleProtocols: (offered) => (offered.has('snapkeel') ? 'snapkeel' : false),
  });
  const handler = new RPCHandler(router);
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!isOurs(request, port) || !isOwnPage(request, port) || request.url !== '/rpc') {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('error', () => client.terminate()); // bytes that are no frames; unheard it would end the process
      if (carriesToken(request, token)) handler.upgrade(client);
      else client.close(UNAUTHORISED);
    });
  });
  port = await listen(server, port);
  return {
    port,
    url: `http://127.0.0.1:${port}/#token=${token}`,
    async close() {
      for (const client of sockets.clients) client.terminate();
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
