import { execFile } from 'node:child_process';

/** Runs ssh to its end, without a terminal. @returns its exit code (255 for faults of its own), and what it said */
export function runSsh(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  signal?: AbortSignal,
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const options = {
      env: { ...env },
      encoding: 'utf8',
      timeout: 30_000,
      killSignal: 'SIGKILL',
      ...(signal ? { signal } : {}),
    } as const;
    const child = execFile('ssh', args, options, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : 255) : 0;
      resolve({ code, stdout, stderr });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end();
  });
}
