import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Hub } from '../../electron/hosts/hub.ts';
import { Questions } from '../../electron/hosts/questions.ts';
import { Asking, secretsInMemory } from '../../electron/hosts/secrets.ts';
import type { Question } from '../../shared/schema.ts';
import { isRoot, sshdAvailable } from '../lab/available.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { startSshd } from '../lab/sshd.ts';
import { reach } from './reach.ts';
import { clients, Person } from './ssh-person.ts';

const available = isRoot() ? sshdAvailable() : { ok: false as const, reason: 'passwords of a lab need root' };
if (!available.ok) console.warn(`Left out: where passwords are not: ${available.reason}.`);

const timeout = 180_000;

describe.skipIf(!available.ok)('a password and a passphrase', { timeout }, () => {
  const before = process.env.TMPDIR;
  let lab: Lab;
  let temporary: string;
  beforeAll(async () => {
    lab = await startLab();
    temporary = await mkdtemp(join(tmpdir(), 'skc-'));
    process.env.TMPDIR = temporary;
  }, timeout);
  afterAll(async () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    if (temporary) await rm(temporary, { recursive: true, force: true });
    await lab?.stop();
  }, timeout);

  it.each(clients)(
    'that were typed for %s are in no line, no problem, no event, no process and no file',
    async (client) => {
      const [password, passphrase, wrong] = [canary(), canary(), canary()];
      const sshd = await startSshd(lab);
      await sshd.setPassword(password, 'password');
      await sshd.setOption('AuthenticationMethods', 'publickey,password');
      const person = await Person.at();
      await person.know(sshd.knownHostsLine);
      const key = await person.key(sshd, { type: 'ed25519', passphrase });
      await person.configure(`IdentityFile ${key}`, 'NumberOfPasswordPrompts 2');

      const told: string[] = [];
      const log = (line: string) => told.push(line);
      const hub = new Hub();
      const questions = new Questions(hub);
      const asking = new Asking(questions, secretsInMemory(), log);
      const answers = (question: Question) => {
        if (question.kind !== 'passphrase' && question.kind !== 'password') return wrong;
        if (!question.retry) return wrong;
        return question.kind === 'passphrase' ? passphrase : password;
      };
      const publish = hub.publish.bind(hub);
      hub.publish = (event) => {
        told.push(JSON.stringify(event));
        publish(event);
        if (event.type !== 'question') return;
        const secrets = [answers(event.question)];
        setImmediate(() => questions.answer(event.question.id, { kind: 'secrets', secrets, remember: true }));
      };
      const reached = reach(`qemu+ssh://${sshd.user}@${sshd.host}:${sshd.port}/system`, {
        home: person.home,
        ssh: client === 'openssh' ? client : undefined,
        context: { askSecret: (question, signal) => asking.secret('kvm-a', question, signal), log },
      });
      const secrets = [password, passphrase, wrong];
      const leaks = async () => {
        const files = (
          await Promise.all([person.home, temporary, sshd.folder, join(lab.dir, 'log')].map(textsIn))
        ).flat();
        const all = [...told, JSON.stringify(reached.statuses), ...reached.lines, ...files, ...(await processTexts())];
        return all.filter((text) => secrets.some((secret) => text.includes(secret)));
      };
      try {
        await reached.connected();
        expect(await leaks()).toEqual([]);
        expect(told.join('\n')).toContain('"retry":true');
        expect((await textsIn(person.home)).join('\n')).toContain('OPENSSH PRIVATE KEY');
        // What was remembered is wrong now, and then nobody answers.
        const from = reached.statuses.length;
        await sshd.setPassword(canary(), 'password');
        const { problem } = await reached.status('refused', from);
        expect(['SSH_AUTH_FAILED', 'LOGIN_CANCELLED']).toContain(problem.code);
        expect(await leaks()).toEqual([]);
      } finally {
        await reached.session.disconnect();
        await sshd.stop();
      }
      expect(await leaks()).toEqual([]);
      await person.leave();
    },
  );
});

function canary(): string {
  return `canary-${randomBytes(12).toString('hex')}`;
}

/** What all files below a folder hold; a pipe holds nothing. */
async function textsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  return await Promise.all(
    files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'latin1').catch(() => '')),
  );
}

/** Command lines and environments of all processes but this one. */
async function processTexts(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== `${process.pid}`);
  const files = pids.flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`]);
  return await Promise.all(files.map((file) => readFile(file, 'latin1').catch(() => '')));
}
