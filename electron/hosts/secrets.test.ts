import { beforeEach, expect, it } from 'vitest';
import type { Answer } from '../../shared/schema.ts';
import { Hub } from './hub.ts';
import { Questions } from './questions.ts';
import { Asking, type SecretStore, secretsInMemory } from './secrets.ts';

const never = new AbortController().signal;
const password = { kind: 'password', user: 'me', host: 'h', port: 22, retry: false } as const;
let questions: Questions;
let store: SecretStore;
let logged: string[];
let asking: Asking;

beforeEach(() => {
  questions = new Questions(new Hub());
  store = secretsInMemory();
  logged = [];
  asking = new Asking(questions, store, (line) => logged.push(line));
});

/** Answers the one question that is open. */
async function answer(given: Answer | null): Promise<void> {
  await Promise.resolve();
  const [question] = questions.list();
  questions.answer(question?.id ?? '', given);
}
const said = (secret: string, remember = false): Answer => ({ kind: 'secrets', secrets: [secret], remember });

it('asks each time, unless the person wants it to be remembered', async () => {
  const first = asking.secret('h', password, never);
  await answer(said('one'));
  expect(await first).toEqual(['one']);
  const second = asking.secret('h', password, never);
  expect(questions.list()).toMatchObject([{ kind: 'password', rememberIn: 'memory' }]);
  await answer(said('two', true));
  expect(await second).toEqual(['two']);
  expect(await asking.secret('h', password, never)).toEqual(['two']);
  const elsewhere = asking.secret('h', { ...password, port: 23 }, never);
  await answer(null);
  expect(await elsewhere).toBe(null);
  expect(store.count).toBe(1);
  await store.forgetAll();
  expect(store.count).toBe(0);
});

it('forgets what was wrong', async () => {
  await store.set('me@h:22', 'old');
  const again = asking.secret('h', { ...password, retry: true }, never);
  await Promise.resolve();
  expect(store.get('me@h:22')).toBe(undefined);
  await answer(said('new'));
  expect(await again).toEqual(['new']);
});

it('remembers nothing of what a server asks in its own words', async () => {
  const prompts = { kind: 'prompts', user: 'me', host: 'h', title: '', instruction: '', prompts: [] } as const;
  const asked = asking.secret('h', prompts, never);
  await answer({ kind: 'secrets', secrets: ['123456'], remember: true });
  expect(await asked).toEqual(['123456']);
  const again = asking.secret('h', prompts, never);
  expect(questions.list()).toHaveLength(1);
  await answer({ kind: 'yes' });
  expect(await again).toBe(null);
});

it('is brief about what a server asks at length', async () => {
  const long = 'x'.repeat(1_000_000);
  const prompts = [{ text: long, echo: true }];
  const words = { kind: 'prompts', user: 'me', host: 'h', title: long, instruction: long, prompts } as const;
  const asked = asking.secret('h', words, never);
  expect(JSON.stringify(questions.list()).length).toBeLessThan(10_000);
  await answer(null);
  expect(await asked).toBe(null);
});

it('goes on, and says so, where it can not be remembered', async () => {
  store.set = async () => {
    throw new Error('the keychain is locked');
  };
  const asked = asking.secret('h', { kind: 'passphrase', host: 'h', keyFile: '/k', retry: false }, never);
  await answer(said('words', true));
  expect(await asked).toEqual(['words']);
  expect(logged.join()).toContain('the keychain is locked');
  expect(logged.join()).not.toContain('words');
});

it('trusts a key only on a clear yes', async () => {
  const key = { host: 'h', port: 22, keyType: 'ssh-ed25519', fingerprint: 'SHA256:x', knownHostsFile: null };
  for (const [given, trusted] of [
    [{ kind: 'yes' }, true],
    [null, false],
    [said('yes'), false],
  ] as const) {
    const asked = asking.hostKey('h', key, never);
    await answer(given);
    expect(await asked).toBe(trusted);
  }
});
