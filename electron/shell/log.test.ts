import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withoutSecrets } from '../redact.ts';
import { logInto } from './log.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeel-log-'));
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ['http://127.0.0.1:4711/#token=8gYJ3Y5m0cQ5Zx2q1w', 'http://127.0.0.1:4711/#token=…'],
  ["<graphics type='vnc' passwd='hunter2'/>", "<graphics type='vnc' passwd=…/>"],
  ['password: hunter2 was refused', 'password: … was refused'],
  ['qemu+ssh://root:hunter2@kvm-a/system', 'qemu+ssh://root:…@kvm-a/system'],
  ['qemu+ssh://root@kvm-a:22/system', 'qemu+ssh://root@kvm-a:22/system'],
])('%s', (line, safe) => {
  expect(withoutSecrets(line)).toBe(safe);
});

it('writes lines that a terminal takes for text, and that only this user can read', () => {
  const log = logInto(join(folder, 'logs'));
  log('a\u001b[2J\u202eb');
  const file = join(folder, 'logs', 'snapkeel.log');
  expect(readFileSync(file, 'utf8')).toMatch(/^\d{4}-\S+Z a⟨U\+001B⟩\[2J⟨U\+202E⟩b\n$/);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('puts a file aside when it is large, and keeps three', () => {
  const log = logInto(folder);
  for (const round of [1, 2, 3, 4, 5]) {
    log(`round ${round}`);
    writeFileSync(join(folder, 'snapkeel.log'), `${round}${' '.repeat(1024 * 1024)}`);
  }
  log('last');
  expect(readdirSync(folder).sort()).toEqual(['snapkeel.log', 'snapkeel.log.1', 'snapkeel.log.2']);
  expect(readFileSync(join(folder, 'snapkeel.log.1'), 'utf8')[0]).toBe('5');
  expect(readFileSync(join(folder, 'snapkeel.log.2'), 'utf8')[0]).toBe('4');
});

it('goes on where nothing can be written', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => logInto(join(folder, 'file'))('line')).not.toThrow();
});
