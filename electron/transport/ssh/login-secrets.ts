import type { Prompts, SecretQuestion, TransportContext } from '../transport.ts';
import type { Secrets } from './auth.ts';
import type { SshTarget } from './target.ts';

/** What the person has said of one machine while a way is made to another one, which may take several logins on the way. */
export class LoginMemory {
  readonly answers = new Map<string, string>();
  /** A host key that was said yes to. */
  approved: Buffer | undefined;
  /** That key is in known_hosts, or could not be put there. */
  isRemembered = false;
  #before: LoginMemory | undefined;

  /** Of the machine that this one is reached through. */
  get before(): LoginMemory {
    this.#before ??= new LoginMemory();
    return this.#before;
  }
}

/**
 * What the person has said during one login, which may take several connections: a server that loses patience, or hangs up
 * on an answer, is connected to again and given it. What a server asks in its own words is asked anew each time.
 */
export class LoginSecrets {
  #open = new Set<Promise<unknown>>();
  #hasNews = false;

  constructor(
    private readonly target: Pick<SshTarget, 'host' | 'port' | 'user'>,
    private readonly context: Pick<TransportContext, 'askSecret'>,
    private readonly signal: AbortSignal,
    private readonly memory: LoginMemory,
  ) {}

  /** A person is being asked: nobody is late meanwhile. */
  get isAsking(): boolean {
    return this.#open.size > 0;
  }

  /** For one connection. @param ended when that is over */
  during(ended: AbortSignal): Secrets {
    const { host, port, user } = this.target;
    return {
      passphrase: (keyFile, retry) => this.#kept(keyFile, { kind: 'passphrase', host, keyFile, retry }),
      password: (retry) => this.#kept('', { kind: 'password', user, host, port, retry }),
      prompts: (prompts: Prompts) => this.#ask({ kind: 'prompts', user, host, ...prompts }, ended),
    };
  }

  /** Whether there is an answer that no connection has been lost with yet; waits for one that is being given. */
  async hasNews(): Promise<boolean> {
    const answers = await Promise.all(this.#open);
    const hasNews = this.#hasNews && !answers.includes(null);
    this.#hasNews = false;
    return hasNews;
  }

  async #kept(key: string, question: SecretQuestion & { readonly retry: boolean }): Promise<string | null> {
    const kept = question.retry ? undefined : this.memory.answers.get(key);
    if (kept !== undefined) return kept;
    this.memory.answers.delete(key);
    const answer = (await this.#ask(question, this.signal))?.[0] ?? null;
    if (answer !== null) {
      this.memory.answers.set(key, answer);
      this.#hasNews = true;
    }
    return answer;
  }

  #ask(question: SecretQuestion, signal: AbortSignal): Promise<readonly string[] | null> {
    const asking = this.context.askSecret(question, signal);
    this.#open.add(asking);
    const done = () => this.#open.delete(asking);
    asking.then(done, done);
    return asking;
  }
}
