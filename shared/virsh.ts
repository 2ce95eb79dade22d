import type { NewFiles } from './create/files.ts';
import type { CreateRow } from './create/modes.ts';
import type { DiskRequest } from './create/request.ts';
import { createFlag } from './libvirt/flags.ts';
import type { CreateDraft, StartState } from './schema.ts';

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

export interface CreateCommand {
  /** Connection URI as the person gave it; null leaves `-c` out. */
  uri: string | null;
  domain: string;
  disks: readonly DiskRequest[];
  draft: Pick<CreateDraft, 'name' | 'description'>;
  row: CreateRow;
  files: NewFiles;
}

/** The options of `virsh snapshot-create-as` by flag (virsh(1)). */
const createOptions = [
  [createFlag.diskOnly, '--disk-only'],
  [createFlag.live, '--live'],
  [createFlag.quiesce, '--quiesce'],
  [createFlag.halt, '--halt'],
  [createFlag.atomic, '--atomic'],
] as const;

/** The line that takes the same snapshot (virsh(1), snapshot-create-as). In a specification a comma is written twice. */
export function virshCreate({ uri, domain, disks, draft, row, files }: CreateCommand): string {
  const spec = (file: string) => `file=${file.replaceAll(',', ',,')},snapshot=external`;
  return [
    'virsh',
    ...(uri === null ? [] : ['-c', shellQuote(uri)]),
    'snapshot-create-as',
    ...operand('--domain', domain),
    ...operand('--name', draft.name),
    ...(draft.description === '' ? [] : ['--description', shellQuote(draft.description)]),
    ...createOptions.filter(([flag]) => row.flags & flag).map(([, option]) => option),
    ...(files.memory === null ? [] : ['--memspec', shellQuote(spec(files.memory))]),
    ...disks.flatMap(({ target, location, file }) => [
      '--diskspec',
      shellQuote(`${target},${file ? spec(file) : `snapshot=${location}`}`),
    ]),
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
