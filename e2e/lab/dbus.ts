import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type DbusValue, marshal, unmarshal } from './dbus-values.ts';

/** A method call that came over the bus. */
export interface BusCall {
  readonly member: string;
  readonly args: readonly DbusValue[];
  /** Answers with nothing. */
  done(): void;
  /** Answers with an error, by its D-Bus name. */
  fail(name: string): void;
}

const kind = { call: 1, answer: 2, error: 3 } as const;
const field = { path: 1, interface: 2, member: 3, error: 4, replySerial: 5, destination: 6, sender: 7, signature: 8 };
const types: Readonly<Record<number, string>> = { 1: 'o', 5: 'u', 8: 'g' };
type Fields = Readonly<Record<number, DbusValue>>;

/** As much of a D-Bus connection as an agent of polkit needs. It is of the user who runs at the time of `open`. */
export class Bus {
  /** Who is called for each method call that comes in. */
  onCall: (call: BusCall) => void = () => {};
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #serial = 0;
  readonly #waiting = new Map<number, { resolve(values: DbusValue[]): void; reject(error: Error): void }>();

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Connects to the bus of a socket and says hello. */
  static async open(path: string): Promise<Bus> {
    const socket = connect(path);
    await once(socket, 'connect');
    const user = Buffer.from(`${process.getuid?.()}`).toString('hex');
    socket.write(`\0AUTH EXTERNAL ${user}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    if (!answer.toString().startsWith('OK ')) throw new Error(`the bus does not let in: ${answer}`);
    socket.write('BEGIN\r\n');
    const bus = new Bus(socket);
    socket.on('data', (data: Buffer) => bus.#receive(data));
    await bus.call('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus.Hello');
    return bus;
  }

  /** Calls a method, `interface.Member`. @throws Error with the name of the error, and its words */
  call(
    destination: string,
    path: string,
    method: string,
    signature = '',
    args: readonly DbusValue[] = [],
  ): Promise<DbusValue[]> {
    const dot = method.lastIndexOf('.');
    const fields = {
      [field.path]: path,
      [field.interface]: method.slice(0, dot),
      [field.member]: method.slice(dot + 1),
      [field.destination]: destination,
    };
    return new Promise((resolve, reject) => {
      this.#waiting.set(this.#send(kind.call, fields, signature, args), { resolve, reject });
    });
  }

  #send(type: number, fields: Fields, signature: string, args: readonly DbusValue[]): number {
    const body = marshal(signature, args);
    const serial = ++this.#serial;
    const all = signature === '' ? fields : { ...fields, [field.signature]: signature };
    const list = Object.entries(all).map(([code, value]) => [Number(code), [types[Number(code)] ?? 's', value]]);
    const head = marshal('yyyyuua(yv)', [0x6c, type, 0, 1, body.length, serial, list as DbusValue]);
    this.#socket.write(Buffer.concat([head, Buffer.alloc(-head.length & 7), body]));
    return serial;
  }

  #receive(data: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, data]);
    while (this.#rest.length >= 16) {
      const head = (16 + this.#rest.readUInt32LE(12) + 7) & ~7;
      const end = head + this.#rest.readUInt32LE(4);
      if (this.#rest.length < end) return;
      const message = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      this.#take(message, head);
    }
  }

  #take(message: Buffer, bodyAt: number): void {
    const [, type, , , , serial, list] = unmarshal('yyyyuua(yv)', message.subarray(0, bodyAt));
    const fields: Fields = Object.fromEntries(
      (list as [number, [string, DbusValue]][]).map(([code, [, v]]) => [code, v]),
    );
    const args = unmarshal(String(fields[field.signature] ?? ''), message.subarray(bodyAt));
    const answer = (to: number, error: Fields) =>
      this.#send(
        to,
        { ...error, [field.replySerial]: serial ?? 0, [field.destination]: fields[field.sender] ?? '' },
        '',
        [],
      );
    if (type === kind.call)
      this.onCall({
        member: String(fields[field.member]),
        args,
        done: () => answer(kind.answer, {}),
        fail: (name) => answer(kind.error, { [field.error]: name }),
      });
    const waiting = this.#waiting.get(Number(fields[field.replySerial]));
    if (type === kind.answer) waiting?.resolve(args);
    if (type === kind.error) waiting?.reject(new Error(`${fields[field.error]}: ${args[0] ?? ''}`));
  }
}
