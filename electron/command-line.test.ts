import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { defaultDataDir, readCommandLine } from './command-line.ts';

const env = { XDG_DATA_HOME: '/data' };
const read = (...args: string[]) => readCommandLine(args, env);

describe('readCommandLine', () => {
  it('without switches', () => {
    expect(read()).toEqual({ demo: false, connect: [], dataDir: defaultDataDir(env), port: 0, links: [] });
  });

  it('with all of them, in either spelling', () => {
    const all = { demo: true, connect: ['qemu:///system', 'test:///default'], dataDir: '/d', port: 8080, links: [] };
    const spaced = ['--demo', '--connect', 'qemu:///system', '--connect', 'test:///default', '--data-dir', '/d'];
    expect(read(...spaced, '--port', '8080')).toEqual(all);
    expect(
      read('--port=8080', '--demo', '--connect=qemu:///system', '--connect=test:///default', '--data-dir=/d'),
    ).toEqual(all);
  });

  it('makes a relative data directory absolute', () => {
    expect(read('--data-dir', 'here').dataDir).toBe(`${process.cwd()}/here`);
  });

  it('takes links and files with links for what they are', () => {
    const link = 'snapkeel://open?host=a&domain=b';
    expect(read('.', link, '--demo', '/home/me/lab.snapkeel', 'other').links).toEqual([link, '/home/me/lab.snapkeel']);
    expect(read('lab.snapkeel').links).toEqual([`${process.cwd()}/lab.snapkeel`]);
    expect(read('file:///home/me/my%20lab.snapkeel').links).toEqual(['/home/me/my lab.snapkeel']);
    expect(read('file://elsewhere/lab.snapkeel').links).toEqual(['file://elsewhere/lab.snapkeel']);
  });

  it('skips what belongs to a runtime', () => {
    expect(read('--no-sandbox', '--inspect=9229', '--remote-debugging-port=1', '-x', 'main.js', '--demo').demo).toBe(
      true,
    );
  });

  it.each([
    ['--port', '65536'],
    ['--port=-1'],
    ['--port', '1.5'],
    ['--port', 'http'],
    ['--port='],
    ['--port'],
    ['--connect'],
    ['--connect='],
    ['--connect', 'qemu:///system', '--connect'],
    ['--data-dir'],
    ['--data-dir='],
  ])('%j %j is refused in words', (...args) => {
    expect(() => read(...args.filter((each) => each !== undefined))).toThrow(RangeError);
    expect(() => read(...args.filter((each) => each !== undefined))).toThrow(/^--(port|connect|data-dir) /);
  });
});

it('defaultDataDir follows the platform', () => {
  expect(defaultDataDir({ XDG_DATA_HOME: '/x' }, 'linux')).toBe('/x/snapkeel');
  expect(defaultDataDir({}, 'linux')).toBe(`${homedir()}/.local/share/snapkeel`);
  expect(defaultDataDir({ XDG_DATA_HOME: '' }, 'linux')).toBe(`${homedir()}/.local/share/snapkeel`);
  expect(defaultDataDir({ XDG_DATA_HOME: '/x' }, 'darwin')).toBe(`${homedir()}/Library/Application Support/Snapkeel`);
});
