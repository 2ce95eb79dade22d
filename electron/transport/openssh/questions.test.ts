import { beforeEach, expect, it } from 'vitest';
import type { SecretQuestion } from '../transport.ts';
import { answersOf, marksServers } from './questions.ts';

const never = new AbortController().signal;
const meant = {
  ...{ host: 'kvm-a', user: 'me', port: 2222, alias: null as string | null, knownHostsFile: null },
  marksServers: true,
};
let asked: (SecretQuestion | 'host-key')[];

beforeEach(() => {
  asked = [];
});

const answersFor = (about: Partial<typeof meant> = {}) =>
  answersOf(
    { ...meant, ...about },
    {
      askHostKey: async () => asked.push('host-key') > 0,
      askSecret: async (question) => {
        asked.push(question);
        return ['secret'];
      },
    },
  );
const ask = (text: string, about?: Partial<typeof meant>, asker = '1') =>
  answersFor(about)({ kind: 'text', text, asker }, never);

const KEY = `The authenticity of host 'kvm-b (10.0.0.2)' can't be established.
ED25519 key fingerprint is SHA256:abcdefghijklmnopqrstuvwxyz.
Are you sure you want to continue connecting (yes/no/[fingerprint])? `;

it.each([
  ["me@kvm-a's password: ", { kind: 'password', user: 'me', host: 'kvm-a', port: 2222 }],
  ["root@gate's password: ", { kind: 'password', user: 'root', host: 'gate', port: 0 }],
  ["Enter passphrase for key '/home/me/.ssh/a b': ", { kind: 'passphrase', keyFile: '/home/me/.ssh/a b' }],
])('takes what ssh asks for what it is: %s', async (text, question) => {
  expect(await ask(text)).toBe('secret');
  expect(asked).toMatchObject([question]);
});

it.each([
  "(me@kvm-a) root@gate's password: ",
  "(me@kvm-a) me@kvm-a's password: ",
  "(me@kvm-a) Enter passphrase for key '/home/me/.ssh/id_ed25519': ",
  `(me@kvm-a) ${KEY}`,
  "Enter me@kvm-a's old password: ",
])('what a server asks is shown as its own words, whatever it looks like: %s', async (text) => {
  await ask(text);
  expect(asked).toMatchObject([{ kind: 'prompts', host: 'kvm-a' }]);
});

it.each([
  ["root@gate's password: ", 'prompts'],
  ["Enter passphrase for key '/home/me/.ssh/id_ed25519': ", 'prompts'],
  ["me@kvm-a's password: ", 'password'],
])('an ssh that does not mark servers’ words gets no secret of anybody else: %s', async (text, kind) => {
  await ask(text, { marksServers: false });
  expect(asked).toMatchObject([{ kind }]);
});

it('knows the host by the name that ssh has for it', async () => {
  await ask("me@lab's password: ", { alias: 'lab' });
  expect(asked).toMatchObject([{ kind: 'password', host: 'kvm-a', port: 2222 }]);
});

it('what one ssh asks again was wrong; what two ask is not', async () => {
  const answers = answersFor();
  const text = "Enter passphrase for key '/k': ";
  for (const asker of ['1', '2', '1']) await answers({ kind: 'text', text, asker }, never);
  expect(asked).toMatchObject([{ retry: false }, { retry: false }, { retry: true }]);
});

it.each([
  ['OpenSSH_9.2p1 Debian-2+deb12u10, OpenSSL 3.0.19', true],
  ['OpenSSH_10.0p2, LibreSSL 3.3.6', true],
  ['OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2', true],
  ['OpenSSH_8.5p1, OpenSSL 1.1.1', true],
  ['OpenSSH_8.4p1, OpenSSL 1.1.1', false],
  ['OpenSSH_7.9p1', false],
  ['dropbear', false],
  ['', false],
])('knows %s', (said, marks) => {
  expect(marksServers(said)).toBe(marks);
});
