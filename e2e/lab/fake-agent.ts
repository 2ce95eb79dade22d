import { once } from 'node:events';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';

/** What the agent does wrong with a command: answers with an error of this text, hangs up, or never answers. */
export type Misbehaviour = { readonly error: string } | 'die' | 'hang';

interface Command {
  readonly execute: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** One file system, as of a guest with a single disk. */
const fileSystems = [{ name: 'hda1', mountpoint: '/', type: 'ext4', disk: [] }];

/**
 * A QEMU guest agent outside the guest: it serves the socket of the guest's agent channel (QEMU Guest Agent protocol,
 * as far as freezing goes). It must listen before the guest starts.
 */
export class FakeAgent {
  /** The names of the commands that it was sent, oldest first, without those that only synchronise. */
  readonly commands: string[] = [];
  frozen = false;
  /** What it does wrong the next time, by the name of a command. */
  readonly misbehaves = new Map<string, Misbehaviour>();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(readonly path: string) {
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.unref();
  }

  async listen(): Promise<void> {
    await rm(this.path, { force: true });
    this.#server.listen(this.path);
    await once(this.#server, 'listening');
    await chmod(this.path, 0o777);
  }

  /** Hangs up on everybody; libvirt comes back when its daemon is restarted. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Forgets the past: commands, misbehaviour, a freeze. */
  reset(): void {
    this.commands.length = 0;
    this.misbehaves.clear();
    this.frozen = false;
  }

  #serve(socket: Socket): void {
    let text = '';
    this.#sockets.add(socket);
    socket.unref();
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk) => {
      // 0xff resets the parser of the protocol.
      text += chunk.toString('latin1').replaceAll('\xff', '');
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
        const line = text.slice(0, end).trim();
        text = text.slice(end + 1);
        if (line) this.#obey(socket, JSON.parse(line));
      }
    });
  }

  #obey(socket: Socket, { execute, arguments: args }: Command): void {
    if (!execute.startsWith('guest-sync')) this.commands.push(execute);
    const wrong = this.misbehaves.get(execute);
    this.misbehaves.delete(execute);
    if (wrong === 'hang') return;
    if (wrong === 'die') {
      socket.destroy();
      return;
    }
    const prefix = execute === 'guest-sync-delimited' ? '\xff' : '';
    const answer = wrong ? { error: { class: 'GenericError', desc: wrong.error } } : this.#answer(execute, args);
    socket.write(Buffer.from(`${prefix}${JSON.stringify(answer)}\n`, 'latin1'));
  }

  #answer(execute: string, args: Command['arguments']): object {
    const was = this.frozen;
    switch (execute) {
      case 'guest-sync':
      case 'guest-sync-delimited':
        return { return: args?.id };
      case 'guest-ping':
        return { return: {} };
      case 'guest-fsfreeze-status':
        return { return: was ? 'frozen' : 'thawed' };
      case 'guest-fsfreeze-freeze':
      case 'guest-fsfreeze-freeze-list':
        this.frozen = true;
        return { return: 1 };
      case 'guest-fsfreeze-thaw':
        this.frozen = false;
        return { return: was ? 1 : 0 };
      case 'guest-get-fsinfo':
        return { return: fileSystems };
      default:
        return { error: { class: 'CommandNotFound', desc: `The command ${execute} has not been found` } };
    }
  }
}
