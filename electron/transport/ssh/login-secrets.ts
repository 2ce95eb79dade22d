import type { Prompts, SecretQuestion, TransportContext } from '../transport.ts';
import type { Secrets } from './auth.ts';
import type { SshTarget } from './target.ts';

/**
 * What the person has said during one login, which may take several connections: an answer that comes after the server
 * has lost patience is good for the next. What a server asks in its own words is not, as it asks anew each time.
 */
export class LoginSecrets {
  #answers = new Map<string, string>();
  #open = new Set<Promise<unknown>>();

  constructor(
    private readonly target: Pick<SshTarget, 'host' | 'port' | 'user'>,
    private readonly context: Pick<TransportContext, 'askSecret'>,
    private readonly signal: AbortSignal,
  ) {}

  /** A person is being asked: nobody is late meanwhile. */
  get isAsking(): boolean {
    return this.#open.size > 0;
  }

  /** For one connection. @param ended when that is over */
  during(ended: AbortSignal): Secrets {
    const { host, port, user } = this.target;
    return {
      passphrase: (keyFile, retry) => this.#kept(keyFile, { kind: 'passphrase', keyFile, retry }, ended),
      password: (retry) => this.#kept('', { kind: 'password', user, host, port, retry }, ended),
      prompts: (prompts: Prompts) => this.#ask({ kind: 'prompts', user, host, ...prompts }, ended),
    };
  }

  /** Whether a question was still open when a connection ended, and has been answered since. */
  async answeredLate(): Promise<boolean> {
    const answers = await Promise.all(this.#open);
    return answers.length > 0 && !answers.includes(null);
  }

  async #kept(key: string, question: SecretQuestion, ended: AbortSignal): Promise<string | null> {
    const kept = this.#answers.get(key);
    this.#answers.delete(key);
    if (kept !== undefined) return kept;
    const answer = (await this.#ask(question, this.signal))?.[0] ?? null;
    if (answer !== null && ended.aborted) this.#answers.set(key, answer);
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
