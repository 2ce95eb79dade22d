import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shellQuote, virshRevert } from '../../../shared/virsh.ts';

/** The words that a POSIX shell makes of a line. */
function words(line: string): string[] {
  const script = `printf '%s\\0' ${line}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
}
const word = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')),
  fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?~#&|;<>(){}[]-= \n\ta') }),
);

it('quoted words come out of a real shell as they went in', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 40 }), (list) => {
      expect(words(list.map(shellQuote).join(' '))).toEqual(list);
    }),
    { numRuns: 60 },
  );
});

it('the names in a virsh line do too', () => {
  fc.assert(
    fc.property(word, word, word, (uri, domain, snapshot) => {
      const line = virshRevert({ uri, domain, snapshot, startState: 'running', force: true });
      const operand = (option: string, name: string) => (name.startsWith('-') ? `${option}=${name}` : name);
      expect(words(line)).toEqual([
        ...['virsh', '-c', uri, 'snapshot-revert'],
        ...[operand('--domain', domain), operand('--snapshotname', snapshot), '--running', '--force'],
      ]);
    }),
    { numRuns: 60 },
  );
});
