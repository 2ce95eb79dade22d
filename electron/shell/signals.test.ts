import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const module = fileURLToPath(new URL('signals.ts', import.meta.url));
const survive = `const { surviveLostTerminal } = await import(${JSON.stringify(module)}); surviveLostTerminal();`;
/** Writes until a write fails, and ends well if that is outlived. */
const write = `setInterval(() => process.stdout.write('line\\n', (error) => error && setImmediate(() => process.exit(0))), 5);`;
const fail = (code: string) => `process.stdout.emit('error', Object.assign(new Error('odd'), { code: '${code}' }));`;

it.each([
  ['a lost terminal is outlived', `${survive} ${write}`, 0],
  ['a terminal that a session took along is, too', `${survive} ${fail('EIO')} ${write}`, 0],
  ['any other error is not', `${survive} ${write} setTimeout(() => { ${fail('ENOSPC')} }, 50);`, 1],
])('%s', async (_, script, wanted) => {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  if (wanted === 0) child.stdout.destroy();
  expect(await ended).toEqual([wanted, null]);
});

it('an error that nobody expected is written down, and ends nothing', async () => {
  const script = `const { surviveErrors } = await import(${JSON.stringify(module)});
    surviveErrors((line) => process.stdout.write(line.split('\\n')[0] + '\\n'));
    setImmediate(() => { throw new Error('thrown'); });
    Promise.reject(new Error('rejected'));
    setTimeout(() => process.exit(7), 200);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.on('data', (data) => {
    said += data;
  });
  expect(await once(child, 'exit')).toEqual([7, null]);
  expect(said.trim().split('\n').sort()).toEqual(['unexpected: Error: rejected', 'unexpected: Error: thrown']);
});
