import { beforeEach, expect, it } from 'vitest';
import type { AppEvent } from '../../shared/schema.ts';
import { Hub } from './hub.ts';
import { Questions } from './questions.ts';

const about = {
  hostId: 'h',
  kind: 'host-key',
  host: 'kvm-a',
  port: 22,
  keyType: 'ssh-ed25519',
  fingerprint: 'SHA256:x',
  knownHostsFile: '/home/me/.ssh/known_hosts',
} as const;
const never = new AbortController().signal;
let published: AppEvent[];
let questions: Questions;

beforeEach(() => {
  published = [];
  const hub = new Hub();
  hub.publish = (event) => published.push(event);
  questions = new Questions(hub);
});

const yes = { kind: 'yes' } as const;

it.each([yes, null])('waits for the answer %s, and tells when it opened and closed', async (given) => {
  const asked = questions.ask(about, never);
  const [question] = questions.list();
  expect(question).toMatchObject(about);
  expect(question?.until).toBeGreaterThan(Date.now());
  questions.answer(question?.id ?? '', given);
  expect(await asked).toBe(given);
  expect(questions.list()).toEqual([]);
  expect(published).toEqual([
    { type: 'question', question },
    { type: 'question-closed', id: question?.id },
  ]);
});

it('an answer counts once, and only for its own question', async () => {
  const [first, second] = [questions.ask(about, never), questions.ask(about, never)];
  const [a, b] = questions.list().map((each) => each.id);
  expect(a).not.toBe(b);
  questions.answer('nobody asked', yes);
  questions.answer(b ?? '', yes);
  questions.answer(b ?? '', null);
  expect(await second).toBe(yes);
  expect(questions.list().map((each) => each.id)).toEqual([a]);
  questions.answer(a ?? '', null);
  expect(await first).toBe(null);
});

it('an aborted signal is a no, before or while waiting', async () => {
  const stop = new AbortController();
  const asked = questions.ask(about, stop.signal);
  stop.abort();
  expect(await asked).toBe(null);
  expect(await questions.ask(about, stop.signal)).toBe(null);
  expect(questions.list()).toEqual([]);
  expect(published.map((each) => each.type)).toEqual(['question', 'question-closed', 'question', 'question-closed']);
});

it('a question that nobody answers is given up', async () => {
  const hub = new Hub();
  const impatient = new Questions(hub, 20);
  expect(await impatient.ask(about, never)).toBe(null);
  expect(impatient.list()).toEqual([]);
});
