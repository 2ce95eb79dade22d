import { type ErrorName, errorCode } from '../../shared/libvirt/flags.ts';
import type { StreamCaller } from './domains.ts';
import { LibvirtError, StreamLimitError } from './errors.ts';
import type { ReceiveOptions } from './incoming-stream.ts';
import { type Args, type Procedure, procedures, type Result } from './procedures.ts';

type Name = keyof typeof procedures;
export type Answers = {
  [N in Name]?: (
    args: Args<(typeof procedures)[N]>,
  ) => Result<(typeof procedures)[N]> | Promise<Result<(typeof procedures)[N]>>;
};
const nameOf = new Map<number, Name>(Object.entries(procedures).map(([name, row]) => [row.number, name as Name]));

/** What streams deliver after the answer. */
export type Streams = { [N in Name]?: (args: Args<(typeof procedures)[N]>) => Buffer | Promise<Buffer> };

/** For tests: answers procedures with functions; one that is missing is NO_SUPPORT. */
export class FakeCaller implements StreamCaller {
  readonly calls: { name: Name; args: unknown }[] = [];

  constructor(
    private readonly answers: Answers,
    private readonly streams: Streams = {},
  ) {}

  async call<A, R>(procedure: Procedure<A, R>, args: A): Promise<R> {
    const name = nameOf.get(procedure.number);
    if (!name) throw new Error(`procedure ${procedure.number} has no name`);
    this.calls.push({ name, args });
    const answer = this.answers[name] as ((args: A) => R | Promise<R>) | undefined;
    if (!answer) throw refusal('NO_SUPPORT');
    return answer(args);
  }

  async receive<A, R>(
    procedure: Procedure<A, R>,
    args: A,
    { limit = Number.POSITIVE_INFINITY, signal }: ReceiveOptions = {},
  ): Promise<{ result: R; data: Buffer }> {
    signal?.throwIfAborted();
    const result = await this.call(procedure, args);
    const stream = this.streams[nameOf.get(procedure.number) as Name] as ((args: A) => Buffer) | undefined;
    const data = (await stream?.(args)) ?? Buffer.alloc(0);
    signal?.throwIfAborted();
    if (data.length > limit) throw new StreamLimitError(limit);
    return { result, data };
  }

  /** The arguments of every call of one procedure. */
  args(name: Name): unknown[] {
    return this.calls.filter((call) => call.name === name).map((call) => call.args);
  }
}

/** @param errno of a SYSTEM_ERROR */
export function refusal(name: ErrorName, errno?: number): LibvirtError {
  return new LibvirtError({ code: errorCode[name], domain: 10, level: 2, message: name, int1: errno });
}
