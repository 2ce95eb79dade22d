import { once } from 'node:events';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import type { Contract } from '../shared/contract.ts';

export type Client = ContractRouterClient<Contract>;

/** As a window does: one socket, with the token among its protocols. */
export async function openWindow({ host }: URL, token: string): Promise<{ client: Client; close(): void }> {
  const socket = new WebSocket(`ws://${host}/rpc`, ['snapkeel', `token.${token}`], { origin: `http://${host}` });
  await once(socket, 'open');
  const client: Client = createORPCClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket }));
  return { client, close: () => socket.terminate() };
}
