// Starts programs for a process that has grown large: see run.ts.
import { execFile } from 'node:child_process';

process.on('message', ({ id, argv: [command, ...args], options }) => {
  execFile(command, args, { ...options, encoding: 'utf8' }, (error, stdout, stderr) => {
    const problem = error && { code: error.code ?? null, message: stderr || error.message };
    if (process.connected) process.send({ id, stdout, problem });
  });
});
process.on('disconnect', () => process.exit());
