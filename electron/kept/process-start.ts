import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { codeOf } from './reason.ts';

/**
 * When a process was started, in words of its system that only make sense to compare: an ID is given again, but not with
 * the same start. Empty where the system does not tell; null where there is no such process, or what is left of it only
 * waits for its parent to look.
 */
export function processStart(pid: number): string | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) !== 'EPERM') return null; // that of another user is there all the same
  }
  const told = fromProc(pid);
  return told === undefined ? fromPs(pid) : told;
}

/** Linux: proc_pid_stat(5), field 3 the state, field 22 the start in ticks since boot. undefined where there is no /proc. */
function fromProc(pid: number): string | null | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // a program's name may hold anything
    return 'ZX'.includes(fields[0] ?? '') ? null : (fields[19] ?? '');
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): string {
  try {
    const env = { ...process.env, LC_ALL: 'C' };
    return execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { env, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '';
  }
}
