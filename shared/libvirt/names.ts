/**
 * libvirt keeps a snapshot in `<name>.xml` and names overlays `<disk>.<name>`, and a file's name has 255 bytes at most:
 * from 251 on it cannot write the metadata (seen on 9.0, 11.3 and 12.8). Some are left for the disk's name.
 */
const NAME_BYTES = 200;

interface NameRule {
  readonly when: (name: string, taken: ReadonlySet<string>) => boolean;
  readonly text: (name: string) => string;
}

/** virDomainMomentDefValidate and qemuSnapshotCreateXML, and what its file's name can be. */
const rules: readonly NameRule[] = [
  { when: (name) => name === '', text: () => 'A snapshot needs a name.' },
  { when: (name) => name.includes('/'), text: () => 'libvirt takes no name with a slash.' },
  { when: (name) => name.startsWith('.'), text: () => 'libvirt takes no name that begins with a full stop.' },
  { when: (name) => name.trim() !== name, text: () => 'A blank at the beginning or the end would not be seen.' },
  {
    when: (name) => !isXmlText(name) || /[\p{Cc}\u2028\u2029]/u.test(name),
    text: () => 'The name holds a character that libvirt cannot keep in a name.',
  },
  {
    when: (name) => utf8Bytes(name) > NAME_BYTES,
    text: () => `The name is too long: it has ${NAME_BYTES} bytes at most.`,
  },
  { when: (name, taken) => taken.has(name), text: (name) => `There is a snapshot “${name}” already.` },
];

/** Why a snapshot can't have this name, as a sentence; null when it can. `taken`: the names of the domain's others. */
export function nameProblem(name: string, taken: ReadonlySet<string>): string | null {
  return rules.find((rule) => rule.when(name, taken))?.text(name) ?? null;
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
