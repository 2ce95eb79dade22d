import { holds, type Rule } from '../rule.ts';
import type { Statement } from '../schema.ts';
import type { ErrorName } from './flags.ts';
import { can, version } from './versions.ts';

/**
 * libvirt keeps a snapshot in `<name>.xml` and names overlays `<disk>.<name>`, and a file's name has 255 bytes at most:
 * from 251 on it cannot write the metadata, and leaves an internal snapshot's data in the images (7.0–12.8). Some are left
 * for the disk's name.
 */
const NAME_BYTES = 200;

interface NameRule {
  readonly when: (name: string, taken: ReadonlySet<string>) => boolean;
  readonly text: (name: string) => string;
}

/** virDomainMomentDefValidate and qemuSnapshotCreateXML, and what its file's name can be. */
const rules: readonly NameRule[] = [
  { when: (name) => name === '', text: () => 'A snapshot needs a name.' },
  { when: (name) => name.includes('/'), text: () => 'libvirt accepts no name with a slash.' },
  { when: (name) => name.startsWith('.'), text: () => 'libvirt accepts no name that starts with a full stop.' },
  { when: (name) => name.trim() !== name, text: () => 'A space at the beginning or end would be invisible.' },
  {
    when: (name) => !isXmlText(name) || /[\p{Cc}\u2028\u2029]/u.test(name),
    text: () => 'The name contains a character that libvirt cannot store.',
  },
  {
    when: (name) => utf8Bytes(name) > NAME_BYTES,
    text: () => `The name is too long: at most ${NAME_BYTES} bytes.`,
  },
  { when: (name, taken) => taken.has(name), text: (name) => `There is already a snapshot “${name}”.` },
];

/** Why a snapshot can't have this name, as a sentence; null when it can. `taken`: the names of the domain's others. */
export function nameProblem(name: string, taken: ReadonlySet<string>): string | null {
  return rules.find((rule) => rule.when(name, taken))?.text(name) ?? null;
}

/**
 * Characters that are not seen, or turn the reading direction: control and format characters such as U+202E or a
 * zero-width space, separators of lines, and what Unicode has not assigned.
 */
export const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cn}\p{Co}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;

/** What a name that is possible has to be read with care for; null for most. */
export function nameNote(name: string): Statement | null {
  if (!invisible.test(name)) return null;
  const text =
    'The name contains invisible characters, or characters that change the reading direction. It may look like another name.';
  return { code: 'NAME_INVISIBLE', text };
}

export type TagOperation = 'take' | 'revert' | 'delete';

/**
 * What comes of it. `refused`: libvirt says no. `misnamed`: it says yes, and the data is in the images under another name
 * or not at all. `fails`: the guest is stopped, and the revert fails. `nothing`: it says yes, and does not revert.
 * `another`: another snapshot can come back. `left`: it says yes, and the data stays in the images.
 */
export type TagEffect = 'refused' | 'misnamed' | 'fails' | 'nothing' | 'another' | 'left';

/** What is known of an internal snapshot and its domain; null is not known. */
export interface TagFacts {
  readonly driver: string;
  readonly libvirtVersion: number;
  /** The domain has a hypervisor process at that moment. */
  readonly active: boolean | null;
  /** The snapshot has the guest's memory. */
  readonly memory: boolean | null;
}

export interface TagHazard extends Statement {
  readonly effect: TagEffect;
  /** What libvirt answers, where it says no. */
  readonly error?: ErrorName;
}

interface TagCase {
  readonly facts: Pick<TagFacts, 'driver' | 'libvirtVersion'>;
  readonly name: string;
  readonly active: boolean;
  readonly memory: boolean;
}
export interface TagRule extends Rule<TagCase> {
  readonly operation: TagOperation;
  readonly effect: TagEffect;
  readonly error?: ErrorName;
}

const escaped = /["\\]/;
const notOfJob = /[^\w.-]/;
const jobLetters = 'names of letters A to Z, digits, dots, dashes and underscores';

/**
 * What others read the name of an internal snapshot as: it is the tag of its data in the images. Measured with 53 names
 * (blanks, quotes, signs, letters of all kinds, control characters, 200 and 230 bytes), off and running:
 *
 * | libvirt, guest     | names                | take        | revert                  | delete                       |
 * |--------------------|----------------------|-------------|-------------------------|------------------------------|
 * | all                | most                 | right       | right                   | right                        |
 * | all                | digits, no 0 first   | right       | by the ID, if there     | right: by the name           |
 * |                    |                      |             | is one, memory too      |                              |
 * | 7.0, 9.0 running   | with " or \          | not in the  | 7.0: “done”, nothing    | “done”, the tag of one that  |
 * |                    |                      | image, or   | 9.0: guest killed, 1    | was taken while off stays    |
 * |                    |                      | misnamed    |                         |                              |
 * | 11.3, 12.8 running | beyond A-Za-z0-9._-  | refused (1) | right, of one taken     | refused (1)                  |
 * |                    |                      |             | while off               |                              |
 *
 * “01”, “+1” and “1.” are right everywhere, and so are names that begin with a dash: qemu-img has them as the value of an
 * option.
 */
export const tagRules: readonly TagRule[] = [
  {
    code: 'TAG_ID',
    driver: 'QEMU',
    operation: 'take',
    effect: 'another',
    source: 'QEMU find_snapshot_by_id_or_name; observed 7.0–12.8',
    when: ({ name }) => isDigits(name),
    text: () =>
      'QEMU takes a name made only of digits for the ID of a snapshot in the image, so a revert could bring back another one.',
  },
  {
    code: 'TAG_ID',
    driver: 'QEMU',
    operation: 'revert',
    effect: 'another',
    source: 'QEMU find_snapshot_by_id_or_name; observed 7.0–12.8',
    when: ({ name }) => mayBeId(name),
    text: ({ name }) =>
      `QEMU takes “${name}” for an ID first: if an image holds a snapshot with the ID ${name}, a revert brings back that one instead.`,
  },
  {
    code: 'TAG_QUOTED',
    driver: 'QEMU',
    until: version.namesJobs,
    operation: 'take',
    effect: 'misnamed',
    source: 'qemuMonitorTextCreateSnapshot: the name is not escaped; observed 7.0, 9.0',
    when: ({ name, active }) => active && escaped.test(name),
    text: () =>
      'This libvirt garbles quotation marks and backslashes when it passes the name to QEMU: the snapshot would be listed but empty.',
  },
  {
    code: 'TAG_QUOTED',
    driver: 'QEMU',
    until: version.alwaysRestarts,
    operation: 'revert',
    effect: 'nothing',
    source: 'qemuMonitorTextLoadSnapshot: the name is not escaped; observed 7.0',
    when: ({ name, active, memory }) => active && memory && escaped.test(name),
    text: () =>
      'This libvirt garbles the quotation mark or backslash in the name when it passes it to QEMU: it would report success without reverting anything.',
  },
  {
    code: 'TAG_QUOTED',
    driver: 'QEMU',
    operation: 'revert',
    effect: 'fails',
    source: 'qemuMonitorTextCreateSnapshot when it was taken; observed 7.0 while off, 9.0',
    when: ({ facts, name, active, memory }) =>
      memory && escaped.test(name) && (!active || can(facts.libvirtVersion, 'alwaysRestarts')),
    text: () =>
      'libvirt before 10.9 garbled the quotation mark or backslash in the name when it took the snapshot: the images contain no snapshot with this name. A revert would stop the guest and fail.',
  },
  {
    code: 'TAG_QUOTED',
    driver: 'QEMU',
    until: version.namesJobs,
    operation: 'delete',
    effect: 'left',
    source: 'qemuMonitorTextDeleteSnapshot: the name is not escaped; observed 7.0, 9.0',
    when: ({ name, active }) => active && escaped.test(name),
    text: () =>
      'While the guest runs, this libvirt garbles the quotation mark or backslash in the name when it passes it to QEMU: it would report the snapshot as deleted and leave its data in the images. Shut the guest down first.',
  },
  {
    code: 'TAG_JOB',
    driver: 'QEMU',
    since: version.namesJobs,
    operation: 'take',
    effect: 'refused',
    error: 'INTERNAL_ERROR',
    source: 'QEMU id_wellformed: “Invalid job ID”; observed 11.3, 12.8',
    when: ({ name, active }) => active && notOfJob.test(name),
    text: () => `While the guest runs, this libvirt only accepts ${jobLetters} for internal snapshots.`,
  },
  {
    code: 'TAG_JOB',
    driver: 'QEMU',
    since: version.namesJobs,
    operation: 'delete',
    effect: 'refused',
    error: 'INTERNAL_ERROR',
    source: 'QEMU id_wellformed: “Invalid job ID”; observed 11.3, 12.8',
    when: ({ name, active }) => active && notOfJob.test(name),
    text: () =>
      `While the guest runs, this libvirt only deletes internal snapshots with ${jobLetters}. Shut the guest down first.`,
  },
];

/** Whether a name is digits alone, as the IDs of internal snapshots are. */
export function isDigits(name: string): boolean {
  return /^\d+$/.test(name);
}

/** Whether QEMU may take a name for the ID of an internal snapshot: it counts them from 1, and writes no 0 first. */
export function mayBeId(name: string): boolean {
  return /^[1-9]\d*$/.test(name);
}

/** What would go wrong with an internal snapshot because of its name. What is not known counts as if it were so. */
export function tagHazards(name: string, operation: TagOperation, facts: TagFacts): TagHazard[] {
  const either = (value: boolean | null) => (value === null ? [true, false] : [value]);
  const cases = either(facts.active).flatMap((active) =>
    either(facts.memory).map((memory): TagCase => ({ facts, name, active, memory })),
  );
  return tagRules.flatMap((rule) => {
    const c = rule.operation === operation ? cases.find((each) => holds(rule, each)) : undefined;
    if (c === undefined) return [];
    const { code, effect, error } = rule;
    return [{ code, text: rule.text(c), effect, ...(error === undefined ? {} : { error }) }];
  });
}

/** How an overlay comes to be: with an external snapshot, or with a revert to one, which is `memory` or is not. */
export interface OverlayFacts {
  readonly operation: 'take' | 'revert';
  /** Of the domain when the snapshot is taken. */
  readonly active: boolean | null;
  /** Of the snapshot that is reverted to. */
  readonly memory: boolean | null;
}

/**
 * What qemu-img makes of a path with commas: libvirt doubles them also where qemu-img does not read two as one
 * (qemuSnapshotCreateQcow2Files). That is so for the overlays that it has qemu-img make: of a snapshot that is taken while
 * the guest is off (7.0–12.8), and of a revert to one without memory (11.3, 12.8). With a comma in the folder qemu-img
 * fails; with one in the file's name it succeeds, and the domain cannot start.
 *
 * @param path of the overlay; of a revert, the stored image: the overlay is that without what follows its last dot, and
 * with the seconds since 1970.
 */
export function overlayHazard(path: string, { operation, active, memory }: OverlayFacts): TagHazard | null {
  const byQemuImg = operation === 'take' ? active !== true : memory !== true;
  const slash = path.lastIndexOf('/') + 1;
  const folder = path.slice(0, slash);
  const file = operation === 'take' ? path.slice(slash) : path.slice(slash).replace(/\.[^.]*$/, '');
  if (!byQemuImg || !(folder.includes(',') || file.includes(','))) return null;
  if (folder.includes(','))
    return {
      code: 'COMMA_IN_FOLDER',
      error: 'INTERNAL_ERROR',
      ...(operation === 'take'
        ? { effect: 'refused', text: `libvirt handles the comma in ${folder} wrongly while the guest is off.` }
        : {
            effect: 'fails',
            text: `libvirt handles the comma in ${folder} wrongly: it would stop the guest and fail.`,
          }),
    };
  const text = `libvirt handles the comma in “${path.slice(slash)}” wrongly: it would report success, and the domain could no longer start.`;
  return { code: 'COMMA_IN_NAME', effect: 'misnamed', text };
}

/** Whether XML 1.0 can hold a text (production 2, Char). */
export function isXmlText(text: string): boolean {
  return /^[\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u.test(text);
}

/** How long a text is in UTF-8, as file names and libvirt's strings are counted. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}
