import { describe, expect, it } from 'vitest';
import { isProof } from '../lab/extent.ts';
import { clients, type KeyOptions } from './ssh-person.ts';
import { available, bothClients, SshServers, timeout } from './ssh-servers.ts';

if (!available.ok) console.warn(`Left out: logins over SSH: ${available.reason}.`);

const password = 'a password of the lab';
const passphrase = 'a passphrase of the lab';
const oneKey = 'rsa with a passphrase';

describe.skipIf(!available.ok)('an SSH server lets in', { timeout }, () => {
  const at = new SshServers();
  const { serve, connects, refused } = at;

  const keys: readonly (KeyOptions & { readonly what: string })[] = [
    { what: 'ed25519', type: 'ed25519' },
    { what: 'ed25519 with a passphrase', type: 'ed25519', passphrase },
    { what: 'ecdsa', type: 'ecdsa' },
    { what: 'ecdsa with a passphrase, in PEM', type: 'ecdsa', format: 'PEM', passphrase },
    { what: 'rsa in PEM', type: 'rsa', format: 'PEM' },
    { what: oneKey, type: 'rsa', passphrase },
  ];

  // OpenSSH reads its own keys: in the short form it shows one of them to be asked for.
  const wanted = bothClients(keys).filter(({ client, what }) => isProof || client === 'built-in' || what === oneKey);

  it.each(wanted)('with a key file, $what, by $client', async ({ client, what: _, ...key }) => {
    const { sshd, address } = await serve();
    const path = await at.person.key(sshd, key);
    await at.person.configure(`IdentityFile ${path}`);
    at.person.answer = () => [passphrase];
    await connects(client, address);
    const asked = key.passphrase === undefined ? [] : [{ kind: 'passphrase', keyFile: path, retry: false }];
    expect(at.person.asked).toEqual(asked.map((each) => expect.objectContaining(each)));
  });

  it.each(bothClients([{ what: '' }, { what: 'that had a passphrase', passphrase }]))(
    'with a key of an agent $what by $client',
    async ({ client, what: _, ...key }) => {
      const { sshd, address } = await serve();
      const path = await at.person.key(sshd, { type: 'ed25519', ...key });
      await at.person.load(path, passphrase);
      await at.person.configure();
      await connects(client, address);
      expect(at.person.asked).toEqual([]);
    },
  );

  it.each(bothClients([{ how: 'password' }, { how: 'keyboard-interactive' }] as const))(
    'with what is typed ($how) by $client, at the second try',
    async ({ client, how }) => {
      const { sshd, address } = await serve();
      await sshd.setPassword(password, how);
      await at.person.configure();
      at.person.answer = () => [at.person.asked.length === 1 ? 'a wrong one' : password];
      await connects(client, address);
      expect(at.person.asked).toHaveLength(2);
      const retried = { kind: 'password', user: sshd.user, host: '127.0.0.1', port: sshd.port, retry: true };
      expect(at.person.asked[1]).toMatchObject(how === 'password' ? retried : { kind: /password|prompts/ });
    },
  );

  it.each(clients)('with a key and a password, both, by %s', async (client) => {
    const { sshd, address } = await serve();
    await sshd.setPassword(password, 'password');
    await sshd.setOption('AuthenticationMethods', 'publickey,password');
    await at.person.configure(`IdentityFile ${sshd.keyFile}`);
    at.person.answer = () => [password];
    await connects(client, address);
    expect(at.person.asked).toEqual([expect.objectContaining({ kind: 'password', retry: false })]);
  });

  it.each(clients)('the first key alone (MaxAuthTries 1) by %s', async (client) => {
    const { sshd, address } = await serve({ settings: { MaxAuthTries: '1' } });
    await at.person.configure(`IdentityFile ${sshd.keyFile}`);
    await connects(client, address);
    const other = await at.person.key(null, { type: 'ed25519' });
    await at.person.load(other);
    const { text, problem } = await refused(client, address, 'SSH_AUTH_FAILED');
    expect(problem.detail).toContain('Too many authentication failures');
    expect(text).toContain('The host ended the login after too many attempts');
    expect(text).toContain('?keyfile=');
    await connects(client, `${address}?keyfile=${sshd.keyFile}`);
  });

  it.each(clients)('nobody, and says what it takes and what was tried, by %s', async (client) => {
    const { sshd, address } = await serve();
    await sshd.setPassword(password, 'password');
    const other = await at.person.key(null, { type: 'ed25519' });
    await at.person.configure(`IdentityFile ${other}`, 'NumberOfPasswordPrompts 1');
    at.person.answer = () => ['a wrong one'];
    const { text } = await refused(client, address, 'SSH_AUTH_FAILED');
    expect(text).toContain(`refused the login as user “${sshd.user}”`);
    expect(text).toContain('It accepts: publickey, password');
    if (client === 'built-in') expect(text).toContain(`Tried: ${other}, password`);
    at.person.answer = () => null;
    expect((await refused(client, address, 'LOGIN_CANCELLED')).text).toContain('its question was not answered');
  });
});
