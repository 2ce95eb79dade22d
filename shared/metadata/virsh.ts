import { shellQuote } from '../virsh.ts';
import type { EditStep } from './edit-steps.ts';

/** Which host and domain, as virsh is told. */
export interface VirshTarget {
  /** Connection URI as the person gave it; null leaves `-c` out. */
  readonly uri: string | null;
  readonly domain: string;
}

function line(command: string, { uri, domain }: VirshTarget, ...rest: readonly string[]): string {
  const connect = uri === null ? [] : ['-c', shellQuote(uri)];
  return ['virsh', ...connect, command, ...option('domain', domain), ...rest].join(' ');
}

/** virsh takes a value that begins with a dash for an option, unless it is part of one. */
function option(name: string, value: string): string[] {
  return value.startsWith('-') ? [shellQuote(`--${name}=${value}`)] : [`--${name}`, shellQuote(value)];
}

/**
 * The lines that do the same with virsh, each step one (virsh(1), snapshot-edit: it opens an editor). Renaming with it
 * leaves the children to the grandparent, so that they are edited too.
 */
export function virshEdit(target: VirshTarget, steps: readonly EditStep[]): string[] {
  return steps.flatMap((step) => {
    const edit = (snapshot: string, ...rest: string[]) =>
      line('snapshot-edit', target, ...option('snapshotname', snapshot), ...rest);
    switch (step.kind) {
      case 'describe':
        return [`${edit(step.snapshot)}  # change <description>`];
      case 'add':
        return [
          `${edit(step.from, '--rename', ...(step.current ? ['--current'] : []))}  # change <name> to ${step.snapshot}`,
        ];
      case 'point':
        return [`${edit(step.snapshot)}  # change the name in <parent> to ${step.parent}`];
      case 'forget':
        return []; // part of --rename
    }
    return [];
  });
}

/** virsh(1), snapshot-current: with a name it sets the current snapshot. */
export function virshMakeCurrent(target: VirshTarget, snapshot: string): string {
  return line('snapshot-current', target, ...option('snapshotname', snapshot));
}

/** virsh(1), snapshot-dumpxml, one file a snapshot. */
export function virshExport(target: VirshTarget, snapshots: readonly string[]): string[] {
  return snapshots.map((name) => {
    const dump = line('snapshot-dumpxml', target, ...option('snapshotname', name));
    return `${dump} > ${shellQuote(`./${name}.xml`)}`;
  });
}

/** virsh(1), snapshot-create with --redefine, parents first. */
export function virshImport(
  target: VirshTarget,
  snapshots: readonly { readonly name: string; readonly current: boolean; readonly diskOnly: boolean }[],
): string[] {
  return snapshots.map(({ name, current, diskOnly }) => {
    const flags = ['--redefine', ...(current ? ['--current'] : []), ...(diskOnly ? ['--disk-only'] : [])];
    return line('snapshot-create', target, ...option('xmlfile', `./${name}.xml`), ...flags);
  });
}
