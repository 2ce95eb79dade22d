import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deleteFlag } from '../../shared/libvirt/flags.ts';
import { shellQuote, virshLine } from '../../shared/libvirt/virsh.ts';
import type { NewFiles } from '../../shared/operations/create/files.ts';
import type { CreateRow } from '../../shared/operations/create/modes.ts';
import { virshCreate } from '../../shared/operations/create/virsh.ts';
import { virshDelete } from '../../shared/operations/delete/virsh.ts';
import { virshEdit, virshExport, virshImport } from '../../shared/operations/metadata/virsh.ts';
import { virshPower } from '../../shared/operations/power/rules.ts';
import { virshRevert } from '../../shared/operations/revert/virsh.ts';
import type { RevertPlan } from '../../shared/schema.ts';

/** A virsh that tells what it was called with, so that the shell itself says what a line means. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapkeel-virsh-'));
  const program = join(folder, 'virsh');
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\0' "$@"; printf '\\0'\n`);
  chmodSync(program, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What virsh is called with, by each command of a text. */
function calls(text: string, shell = 'sh'): string[][] {
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const told = execFileSync(shell, ['-c', text], { encoding: 'utf8', env, cwd: folder });
  return told
    .split('\0\0')
    .slice(0, -1)
    .map((each) => each.split('\0'));
}
const shells = ['sh', 'bash', 'zsh'].filter((shell) =>
  (process.env.PATH ?? '').split(':').some((each) => existsSync(join(each, shell))),
);

const nasty = [
  '7',
  '-x',
  '--all',
  'a b',
  "it's",
  '"',
  '\\',
  '$(id)',
  '`id`',
  '$HOME',
  '!!',
  '#',
  '\u202Egpj.exe',
  '%s',
];
const special = fc.constantFrom(...'\'"\\$`!*?~#&|;<>(){}[]-= %\n\t\r\u0007\u202E\u200Ba7');
const name = fc
  .oneof(
    fc.constantFrom(...nasty),
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.string({ unit: special, minLength: 1 }),
  )
  .filter((text) => !text.includes('\0'));
const target = fc.record({ uri: fc.option(name), domain: name });
const connection = (uri: string | null) => (uri === null ? [] : ['-c', uri]);
/** An operand, and an option, as virsh is to get them. */
const given = (option: string, value: string) => (value.startsWith('-') ? `--${option}=${value}` : value);
const named = (option: string, value: string) =>
  value.startsWith('-') ? [`--${option}=${value}`] : [`--${option}`, value];

interface Sample {
  /** Lines that are made, and what virsh is to be called with by each. */
  readonly lines: readonly string[];
  readonly argv: readonly (readonly string[])[];
}

/** Runs many lines in one shell, since it is starting it that takes time. */
function check(samples: fc.Arbitrary<Sample>, shell?: string): void {
  const many = fc.array(samples, { minLength: 15, maxLength: 15 });
  const property = fc.property(many, (list) => {
    const made = calls(list.flatMap(({ lines }) => lines).join('\n'), shell);
    expect(made).toEqual(list.flatMap(({ argv }) => argv));
  });
  fc.assert(property, { numRuns: 4 });
}

describe.each(shells)('what %s makes of a line', (shell) => {
  it('any words come out as they went in', () => {
    const words = fc.array(name, { minLength: 1, maxLength: 20 });
    check(
      words.map((list) => ({ lines: [`virsh ${list.map(shellQuote).join(' ')}`], argv: [list] })),
      shell,
    );
  });

  it('options, operands and the domain of any command', () => {
    const samples = fc.tuple(target, name, name).map(([to, snapshotname, description]) => {
      const diskspec = [`vda,${description}`, snapshotname];
      const options = { snapshotname, description, force: true, diskspec };
      const operands = [given('domain', to.domain), given('snapshotname', snapshotname)];
      const others = [named('description', description), '--force', diskspec.map((each) => named('diskspec', each))];
      return {
        lines: [virshLine(to, { command: 'c', options })],
        argv: [[...connection(to.uri), 'c', ...operands, ...others.flat(2)]],
      };
    });
    check(samples, shell);
  });
});

it('the commands of the window, for any names', () => {
  const samples = fc.tuple(target, name, name).map(([to, one, two]): Sample => {
    const base = (command: string) => [...connection(to.uri), command, given('domain', to.domain)];
    const whole = { name: one, flags: 0 };
    const forgotten = { name: two, flags: deleteFlag.metadataOnly };
    return {
      lines: [
        ...virshDelete(to, [whole, forgotten]),
        ...virshEdit(to, [
          { kind: 'add', snapshot: two, from: one, current: true },
          { kind: 'point', snapshot: one, parent: two },
        ]),
        virshPower(to, 'start', true),
        ...virshImport(to, [{ name: one, current: false, diskOnly: true }]),
      ],
      argv: [
        [...base('snapshot-delete'), given('snapshotname', one)],
        [...base('snapshot-delete'), given('snapshotname', two), '--metadata'],
        [...base('snapshot-edit'), given('snapshotname', one), '--rename', '--current'],
        [...base('snapshot-edit'), given('snapshotname', one)],
        [...base('start'), '--force-boot'],
        [...base('snapshot-create'), `./${one}.xml`, '--redefine', '--disk-only'],
      ],
    };
  });
  check(samples);
});

it('a revert with all that is done before it', () => {
  const samples = fc.tuple(target, name, name).map(([virsh, snapshot, safety]) => {
    const line = virshRevert(
      {
        virsh,
        target: { kind: 'named', name: snapshot },
        facts: { snapshot: { name: snapshot } } as RevertPlan['facts'],
        safety: {
          virsh: virshLine(virsh, { command: 'snapshot-create-as', options: { name: safety } }),
        } as RevertPlan['safety'],
      },
      { startState: 'running', force: true, safetySnapshot: true, removeManagedSave: true },
    );
    const base = (command: string) => [...connection(virsh.uri), command, given('domain', virsh.domain)];
    return {
      lines: [line],
      argv: [
        [...base('snapshot-create-as'), given('name', safety)],
        base('managedsave-remove'),
        [...base('snapshot-revert'), given('snapshotname', snapshot), '--running', '--force'],
      ],
    };
  });
  check(samples);
});

it('a snapshot to take, with files of any name', () => {
  const samples = fc.tuple(target, name, name, name).map(([to, snapshot, description, file]) => {
    const path = `/${file}`;
    const spec = `file=${path.replaceAll(',', ',,')},snapshot=external`;
    const line = virshCreate(to, {
      disks: [{ target: 'vda', location: 'external', file: path }],
      draft: { name: snapshot, description },
      row: { flags: 0, disks: 'external' } as CreateRow,
      files: { memory: path, overlays: [{ target: 'vda', file: path }] } as unknown as NewFiles,
    });
    return {
      lines: [line],
      argv: [
        [
          ...connection(to.uri),
          ...['snapshot-create-as', given('domain', to.domain), given('name', snapshot)],
          ...named('description', description),
          ...['--memspec', spec, '--diskspec', `vda,${spec}`],
        ],
      ],
    };
  });
  check(samples);
});

it('an export goes into a file of the snapshot’s name', () => {
  const [line = ''] = virshExport({ uri: null, domain: 'd' }, ["-it's \u202E$(id)"]);
  expect(calls(`${line}; cat ./-it*`)).toEqual([['snapshot-dumpxml', 'd', "--snapshotname=-it's \u202E$(id)"]]);
});
