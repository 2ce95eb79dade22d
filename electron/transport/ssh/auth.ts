import ssh2, { type AnyAuthMethod, type AuthenticationType, type ParsedKey } from 'ssh2';
import { throwIfAborted } from '../abort.ts';
import { printable } from '../first-packet.ts';
import { type Prompts, type TransportContext, TransportError } from '../transport.ts';
import { sign } from './agent.ts';
import { sshError } from './errors.ts';
import { decrypt, type KeyFile, type Keys, type OfferedKey } from './keys.ts';
import type { LoginMethod, SshTarget } from './target.ts';

/** Asks the person for what only they know, during one login. Null when they would not say. */
export interface Secrets {
  passphrase(keyFile: string, retry: boolean): Promise<string | null>;
  password(retry: boolean): Promise<string | null>;
  prompts(prompts: Prompts): Promise<readonly string[] | null>;
}

/** The connection that a login runs over. */
export interface AuthConnection {
  /** Aborted once it is over: nothing more is asked or sent. */
  readonly over: AbortSignal;
  /** Ends it at once. */
  readonly fail: (error: TransportError) => void;
}

/** How often a passphrase is asked for, as ssh does. */
const PASSPHRASE_TRIES = 3;
/** A server that goes on asking is not answered for ever. */
const MOST_ROUNDS = 20;
/** Of each list in an error. */
const MOST_LISTED = 12;
/** As many as one question can have answers. */
const MOST_PROMPTS = 64;

/**
 * Offers one thing after another to ssh2, each only where the server takes its kind, and keeps what it takes to say why
 * none was accepted. Passphrases are asked for once the server has said that it would take the key.
 */
export class AuthSequence {
  readonly #keys: OfferedKey[];
  readonly #used = new Map<LoginMethod, number>();
  readonly #tried: string[] = [];
  readonly #makers: Readonly<Record<LoginMethod, () => Promise<AnyAuthMethod | null>>> = {
    publickey: () => this.#key(),
    'keyboard-interactive': () => this.#interactive(),
    password: () => this.#password(),
  };
  #accepts: readonly string[] = [];
  #asksAnew = true;
  #end: 'LOGIN_CANCELLED' | 'PASSWORD_EXPIRED' | undefined;
  #rounds = 0;
  #asked = 0;
  #isAsking = false;

  constructor(
    private readonly target: SshTarget,
    private readonly keys: Keys,
    private readonly secrets: Secrets,
    private readonly log: TransportContext['log'],
    private readonly connection: AuthConnection,
  ) {
    this.#keys = [...keys.offered];
  }

  /**
   * The next thing to try, or false. First comes 'none', as from OpenSSH: its refusal lists what the server accepts. It
   * comes again after a key was used and something is still asked for, which ssh2 does not tell then.
   */
  async next(accepts: readonly AuthenticationType[] | null): Promise<AnyAuthMethod | false> {
    if (accepts !== null) this.#accepts = accepts;
    if (this.#end !== undefined || ++this.#rounds > MOST_ROUNDS + this.keys.offered.length) return false;
    if (this.#asksAnew) {
      this.#asksAnew = false;
      return { type: 'none', username: this.target.user };
    }
    for (const method of this.target.methods) {
      const made = this.#accepts.includes(method) ? await this.#makers[method]() : null;
      if (made !== null) return made;
      if (this.#end !== undefined) return false;
    }
    return false;
  }

  /** The server wants another password before it lets anybody in, which is not asked for here. */
  expired(): void {
    this.#end = 'PASSWORD_EXPIRED';
  }

  /** The error to report when the server has refused everything, or broken off with a reason. */
  failure(reason?: string): TransportError {
    const { user, host, openSshHas } = this.target;
    if (this.#end !== undefined) return new TransportError(this.#end, `${host}: ${ENDS[this.#end]}`, { host, user });
    const tried = shortList(this.#tried);
    const said = reason === undefined ? '.' : `: ${printable(reason)}`;
    return new TransportError(
      'AUTH_FAILED',
      `${host} did not let ${user} log in (${tried === '' ? 'nothing to try' : `tried ${tried}`})${said}`,
      {
        ...{ user, host, tried },
        skipped: shortList(this.keys.skipped),
        accepts: printable(shortList(this.#accepts)),
        ...(/^too many /i.test(reason ?? '') ? { tooMany: printable(reason ?? '') } : {}),
        openSsh: shortList([...this.keys.onlyOpenSsh, ...openSshHas]),
      },
    );
  }

  async #key(): Promise<AnyAuthMethod | null> {
    const username = this.target.user;
    for (let key = this.#keys.shift(); key !== undefined; key = this.#keys.shift()) {
      const offered = key;
      this.#tried.push(offered.label);
      if (offered.blob !== null) {
        return {
          type: 'agent',
          username,
          agent: new OneKey(offered.blob, (data, hash, done) =>
            this.#sign(offered, data, hash).then(
              (signature) => this.#tell(() => done(null, signature)),
              (error: Error) => this.#tell(() => done(error)),
            ),
          ),
        };
      }
      // Nothing can be offered of such a file before it is decrypted.
      const whole = offered.file && (await this.#open(offered.file).catch(() => null));
      if (whole) return { type: 'publickey', username, key: whole };
      if (this.#end !== undefined) return null;
    }
    return null;
  }

  async #interactive(): Promise<AnyAuthMethod | null> {
    if (this.#attempts('keyboard-interactive') > this.target.passwordPrompts) return null;
    this.#tried.push('keyboard-interactive');
    return {
      type: 'keyboard-interactive',
      username: this.target.user,
      prompt: (title, instruction, _language, prompts, finish) => {
        const asked = prompts.map(({ prompt, echo }) => ({ text: prompt, echo: echo ?? false }));
        this.#ask({ title, instruction, prompts: asked }).then(
          (answers) => this.#tell(() => finish(answers)),
          (error: TransportError) => this.connection.fail(error),
        );
      },
    };
  }

  /** @throws TransportError LOGIN_CANCELLED, LOGIN_QUESTIONS */
  async #ask(asked: Prompts): Promise<string[]> {
    throwIfAborted(this.connection.over);
    const { host } = this.target;
    const fault = this.#isAsking
      ? 'it asks again before it was answered'
      : asked.prompts.length > MOST_PROMPTS
        ? `${asked.prompts.length} answers at once`
        : ++this.#asked > MOST_ROUNDS
          ? `more than ${MOST_ROUNDS} times`
          : undefined;
    if (fault !== undefined) {
      throw new TransportError('LOGIN_QUESTIONS', `${host} asks too much: ${fault}.`, { host, reason: fault });
    }
    this.#isAsking = true;
    const answers = await this.secrets.prompts(asked).finally(() => {
      this.#isAsking = false;
    });
    if (answers !== null) return asked.prompts.map((_, index) => answers[index] ?? '');
    this.#end = 'LOGIN_CANCELLED';
    throw this.failure();
  }

  /** Hands something to ssh2, which throws where the connection has gone meanwhile. */
  #tell(act: () => void): void {
    if (this.connection.over.aborted) return;
    try {
      act();
    } catch (error) {
      this.connection.fail(sshError(error, this.target.host, 'logging in'));
    }
  }

  async #password(): Promise<AnyAuthMethod | null> {
    const attempt = this.#attempts('password');
    if (attempt > this.target.passwordPrompts) return null;
    this.#tried.push('password');
    const password = await this.secrets.password(attempt > 1);
    if (password !== null) return { type: 'password', username: this.target.user, password };
    this.#end = 'LOGIN_CANCELLED';
    return null;
  }

  #attempts(method: LoginMethod): number {
    const attempts = (this.#used.get(method) ?? 0) + 1;
    this.#used.set(method, attempts);
    return attempts;
  }

  async #sign(key: OfferedKey, data: Buffer, hash: string | undefined): Promise<Buffer> {
    this.#asksAnew = true;
    if (key.file) {
      const signature: Buffer | Error = (await this.#open(key.file)).sign(data, hash);
      if (signature instanceof Error) throw signature;
      return signature;
    }
    const { agent = '' } = this.target;
    return sign(agent, key.blob ?? Buffer.alloc(0), data, hash, this.connection.over).catch((error: Error) => {
      this.#tried.push(`${key.label} would not sign: ${error.message}`);
      throw error;
    });
  }

  /** @throws Error when no passphrase opens it, or none is given */
  async #open(file: KeyFile): Promise<ParsedKey> {
    if (!file.encrypted) return decrypt(file);
    for (let attempt = 0; attempt < PASSPHRASE_TRIES; attempt++) {
      const passphrase = await this.secrets.passphrase(file.path, attempt > 0);
      if (passphrase === null) {
        this.#end = 'LOGIN_CANCELLED';
        throw new Error('no passphrase was given');
      }
      try {
        return decrypt(file, passphrase);
      } catch (error) {
        this.log(`${file.path}: ${error instanceof Error ? error.message : error}`);
      }
    }
    this.#tried.push(`no passphrase opened ${file.path}`);
    throw new Error(`no passphrase opened ${file.path}`);
  }
}

function shortList(all: readonly string[]): string {
  const more = all.length - MOST_LISTED;
  return [...all.slice(0, MOST_LISTED), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

const ENDS = {
  LOGIN_CANCELLED: 'the login was cancelled.',
  PASSWORD_EXPIRED: 'the password has expired.',
} as const;

type SignDone = (error?: Error | null, signature?: Buffer) => void;
type Signs = (data: Buffer, hash: string | undefined, done: SignDone) => void;

/** One key for ssh2, signed with by somebody else and later: ssh2 has only agents for that. */
class OneKey extends ssh2.BaseAgent<Buffer> {
  constructor(
    private readonly blob: Buffer,
    private readonly signs: Signs,
  ) {
    super();
  }

  override getIdentities(done: (error?: Error | null, keys?: Buffer[]) => void): void {
    done(null, [this.blob]);
  }

  override sign(_key: Buffer, data: Buffer, options: { hash?: string } | SignDone, done?: SignDone): void {
    const finish = typeof options === 'function' ? options : done;
    const hash = typeof options === 'function' ? undefined : options.hash;
    this.signs(data, hash, (error, signature) => finish?.(error, signature));
  }
}
