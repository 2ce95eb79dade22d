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
if (!isBuilt) console.log('Left out: attacks: the app is not built.');

describe.skipIf(!isBuilt)('what means harm', () => {
  it.each(few)('%s', { timeout: 240_000 }, async (name) => {
    const attack = attacks.find((each) => each.name === name);
    const attacked = await attack?.run();
    await attacked?.end();
    expect(attacked?.verdict).toMatch(/\w/);
  });
});
