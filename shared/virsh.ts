import type { StartState } from './schema.ts';

export interface RevertCommand {
  /** Connection URI as the person gave it; null leaves `-c` out. */
  uri: string | null;
  domain: string;
  /** null reverts to the current snapshot. */
  snapshot: string | null;
  startState: StartState;
  force: boolean;
}

/** The line that does the same with virsh (virsh(1), snapshot-revert), quoted for a POSIX shell. */
export function virshRevert(command: RevertCommand): string {
  return [
    'virsh',
    ...(command.uri === null ? [] : ['-c', shellQuote(command.uri)]),
    'snapshot-revert',
    ...operand('--domain', command.domain),
    ...(command.snapshot === null ? ['--current'] : operand('--snapshotname', command.snapshot)),
    ...(command.startState === 'as-saved' ? [] : [`--${command.startState}`]),
    ...(command.force ? ['--force'] : []),
  ].join(' ');
}

/** One word for a POSIX shell, whatever is in it. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A name that starts with a dash would be read as an option, so it is given to its option by name. */
function operand(option: string, name: string): string[] {
  return name.startsWith('-') ? [shellQuote(`${option}=${name}`)] : [shellQuote(name)];
}
