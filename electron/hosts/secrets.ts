import type { HostKeyQuestion, SecretQuestion } from '../transport/transport.ts';
import type { Questions } from './questions.ts';

/** Where secrets are kept that a person wants to be remembered. */
export interface SecretStore {
  readonly kind: 'keychain' | 'memory';
  get(name: string): string | undefined;
  /** @throws ProblemError when it cannot be kept */
  set(name: string, secret: string): Promise<void>;
  forget(name: string): Promise<void>;
  forgetAll(): Promise<void>;
  /** How many there are. */
  readonly count: number;
}

/** Keeps them until Snapkeel ends. */
export function secretsInMemory(): SecretStore {
  const secrets = new Map<string, string>();
  return {
    kind: 'memory',
    get: (name) => secrets.get(name),
    set: async (name, secret) => void secrets.set(name, secret),
    forget: async (name) => void secrets.delete(name),
    forgetAll: async () => secrets.clear(),
    get count() {
      return secrets.size;
    },
  };
}

/** The most of each text of a server's that a window shows; characters. */
const MOST = { title: 200, instruction: 4_000, text: 1_000 } as const;

function brief(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** What transports ask of the person, as questions of the windows. */
export class Asking {
  constructor(
    private readonly questions: Questions,
    private readonly store: SecretStore,
    private readonly log: (line: string) => void,
  ) {}

  /** Whether a host's key is to be trusted: only a clear yes is one. */
  async hostKey(hostId: string, question: HostKeyQuestion, signal: AbortSignal): Promise<boolean> {
    return (await this.questions.ask({ ...question, kind: 'host-key', hostId }, signal))?.kind === 'yes';
  }

  /** What is remembered, once; else what the person says. What was wrong is remembered no more. */
  async secret(hostId: string, question: SecretQuestion, signal: AbortSignal): Promise<readonly string[] | null> {
    if (question.kind === 'prompts') {
      const words = {
        title: brief(question.title, MOST.title),
        instruction: brief(question.instruction, MOST.instruction),
        prompts: question.prompts.map(({ text, echo }) => ({ text: brief(text, MOST.text), echo })),
      };
      const answer = await this.questions.ask({ ...question, ...words, hostId }, signal);
      return answer?.kind === 'secrets' ? answer.secrets : null;
    }
    const name = question.kind === 'password' ? `${question.user}@${question.host}:${question.port}` : question.keyFile;
    const remembered = question.retry ? undefined : this.store.get(name);
    if (remembered !== undefined) return [remembered];
    if (question.retry) await this.store.forget(name).catch((error: unknown) => this.log(`${error}`));
    const answer = await this.questions.ask({ ...question, hostId, rememberIn: this.store.kind }, signal);
    if (answer?.kind !== 'secrets') return null;
    const [secret] = answer.secrets;
    if (answer.remember && secret !== undefined)
      await this.store.set(name, secret).catch((error: unknown) => this.log(`a secret is not remembered: ${error}`));
    return answer.secrets;
  }
}
