import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostKeyQuestion, SecretQuestion, TransportContext } from '../../electron/transport/transport.ts';
import type { Problem } from '../../shared/schema.ts';
import type { Lab } from '../lab/lab.ts';
import { retry, run } from '../lab/run.ts';
import type { Sshd } from '../lab/sshd.ts';
import { connectOverSsh } from './over-ssh.ts';

/** Both SSH clients of a host. */
export const clients = ['built-in', 'openssh'] as const;
export type Client = (typeof clients)[number];

export interface KeyOptions {
  readonly type: 'ed25519' | 'ecdsa' | 'rsa';
  readonly format?: 'PEM';
  readonly passphrase?: string;
}

/** Somebody with a home of their own, who trusts no new key, and what they are asked. */
export class Person {
  readonly asked: (SecretQuestion | HostKeyQuestion)[] = [];
  readonly log: string[] = [];
  /** What they answer; nothing at first. */
  answer: (question: SecretQuestion) => readonly string[] | null = () => null;
  #agent: { readonly socket: string; readonly process: ChildProcess } | undefined;

  private constructor(readonly home: string) {}

  static async at(): Promise<Person> {
    const home = await mkdtemp(join(tmpdir(), 'skp-'));
    await mkdir(join(home, '.ssh'), { mode: 0o700 });
    return new Person(home);
  }

  get knownHosts(): string {
    return join(this.home, '.ssh/known_hosts');
  }

  async know(...lines: readonly string[]): Promise<void> {
    await appendFile(this.knownHosts, lines.map((line) => `${line}\n`).join(''));
  }

  /** Their SSH configuration; nothing of whoever runs the tests is offered. */
  async configure(...lines: readonly string[]): Promise<void> {
    const none = lines.some((line) => line.includes('IdentityFile')) ? [] : ['IdentityFile none'];
    const all = [...lines, `UserKnownHostsFile ${this.knownHosts}`, ...none];
    await writeFile(join(this.home, '.ssh/config'), all.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  }

  /** Makes a key pair that the server lets in. @returns the private key's path */
  async key(sshd: Sshd | null, { type, format, passphrase = '' }: KeyOptions): Promise<string> {
    const path = join(this.home, '.ssh', `key-${type}-${this.#keys++}`);
    // RSA keys of the usual size take seconds to find.
    const more = [...(format === undefined ? [] : ['-m', format]), ...(type === 'rsa' ? ['-b', '2048'] : [])];
    await run(['ssh-keygen', '-q', '-t', type, ...more, '-N', passphrase, '-C', 'somebody', '-f', path]);
    if (sshd) await appendFile(join(sshd.folder, 'authorized_keys'), await readFile(`${path}.pub`));
    return path;
  }
  #keys = 0;

  /** Loads a key into an agent of their own, and takes the file away. */
  async load(path: string, passphrase = ''): Promise<void> {
    const socket = join(this.home, 'agent');
    if (!this.#agent) {
      const process = spawn('setpriv', ['--pdeathsig', 'KILL', 'ssh-agent', '-D', '-a', socket], { stdio: 'ignore' });
      process.unref();
      this.#agent = { socket, process };
    }
    const askpass = join(this.home, 'askpass');
    await writeFile(askpass, '#!/bin/sh\nprintf "%s\\n" "$PHRASE"\n');
    await chmod(askpass, 0o700);
    const asking = { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0', PHRASE: passphrase };
    const env = { PATH: process.env.PATH, SSH_AUTH_SOCK: socket, ...asking };
    await retry(() => run(['ssh-add', '-q', path], { env }), 30_000);
    await rm(path);
  }

  /** Where they are, for a transport. */
  surroundings(client: Client): Partial<TransportContext> {
    return {
      env: {
        PATH: process.env.PATH,
        TMPDIR: process.env.TMPDIR,
        ...(this.#agent ? { SSH_AUTH_SOCK: this.#agent.socket } : {}),
      },
      home: this.home,
      sshClient: client,
      askHostKey: async (question) => {
        this.asked.push(question);
        return false;
      },
      askSecret: async (question) => {
        this.asked.push(question);
        return this.answer(question);
      },
      log: (line) => this.log.push(line),
    };
  }

  /** Connects once: what was found, or why it could not be. */
  async connect(client: Client, lab: Lab, address: string): Promise<string | Problem> {
    return await connectOverSsh(lab, address, this.surroundings(client));
  }

  async leave(): Promise<void> {
    this.#agent?.process.kill();
    await rm(this.home, { recursive: true, force: true });
  }
}
