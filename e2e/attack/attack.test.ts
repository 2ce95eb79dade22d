import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attacks } from './attacks/all.ts';

/** A few that are quick; what they measure is not looked at. */
const few = [
  'libvirtd: long errors',
  'libvirtd: values that make no sense',
  'libvirtd: answers nobody asked for',
  'libvirtd: many attributes',
  'sshd: a long banner',
  'sshd: another key',
  'sshd: a known_hosts that is a pipe',
  'client: odd ranges and paths',
  'client: guessed tokens',
  'client: requests one after the other',
  'files: links to others’ files',
  'files: pipes',
];
const isBuilt = existsSync(new URL('../../out/main/serve.js', import.meta.url));
const missing = isBuilt
  ? process.platform === 'linux'
    ? null
    : 'they are measured with Linux’s /proc'
  : 'the app is not built';
if (missing) console.log(`Left out: attacks: ${missing}.`);

describe.skipIf(missing !== null)('what means harm', () => {
  it.each(few)('%s', { timeout: 240_000 }, async (name) => {
    const attack = attacks.find((each) => each.name === name);
    const attacked = await attack?.run();
    await attacked?.end();
    expect(attacked?.verdict).toMatch(/\w/);
  });
});
