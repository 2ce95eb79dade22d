import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';

/** More than all that libvirt's connections can have on their way; bytes. */
const MOST_UNSENT = 16 * 1024 * 1024;

type Handler = (protocol: unknown, name: string, ...rest: unknown[]) => void;

/** What ssh2 has no settings for. Where a later one has it no more, these bounds are not there; tests tell. */
interface Inside {
  readonly _protocol?: { readonly _handlers?: { GLOBAL_REQUEST?: Handler } };
  readonly _chanMgr?: { update?: (id: number, channel: Partial<ClientChannel>) => void };
}

/**
 * Keeps a server from filling memory, and from ending the process with what makes no sense. To be called once ssh2 has been
 * given its stream.
 *
 * - ssh2 keeps its answers to requests for as long as nobody reads them: `end` is called for a server that does not.
 * - It keeps the host keys that a server tells of until that has proved them. Nobody asks for these here.
 * - What comes on a channel after its end is an error of that channel, also while nobody has it yet to listen.
 */
export function boundServer(client: Client, socket: Duplex, end: () => void): void {
  socket.on('data', () => {
    if (socket.writableLength > MOST_UNSENT) end();
  });
  const { _protocol: protocol, _chanMgr: channels } = client as Inside;
  const handle = protocol?._handlers?.GLOBAL_REQUEST;
  if (protocol?._handlers && handle) {
    protocol._handlers.GLOBAL_REQUEST = (own, name, ...rest) => {
      if (name !== 'hostkeys-00@openssh.com') handle(own, name, ...rest);
    };
  }
  const update = channels?.update;
  if (channels && update) {
    channels.update = (id, channel) => {
      for (const each of [channel, channel.stderr] as (EventEmitter | undefined)[]) each?.on?.('error', () => {});
      update.call(channels, id, channel);
    };
  }
}
