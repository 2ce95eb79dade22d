import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as flags from '../../shared/libvirt/flags.ts';

const folder = '/usr/include/libvirt';
const isThere = existsSync(`${folder}/libvirt.h`);
const read = (name: string) => readFileSync(`${folder}/${name}`, 'utf8');
const { tables, ...others } = flags;

/** Numbers of libvirt that its shipped headers do not have; why is said beside them. */
const unshipped = ['feature', 'authType'];
/** The version of libvirt whose headers were the first to have it. */
const newcomers: Readonly<Record<string, number>> = {
  VIR_DOMAIN_PAUSED_API_ERROR: 9_002_000,
  VIR_ERR_AGENT_COMMAND_TIMEOUT: 11_002_000,
  VIR_ERR_AGENT_COMMAND_FAILED: 11_002_000,
};

describe('the numbers of libvirt', () => {
  it('are all those of a table, so that none goes without its name in C', () => {
    const exported = Object.entries(others).filter(
      ([name, value]) => typeof value === 'object' && !unshipped.includes(name),
    );
    const numbers = (table: object) =>
      Object.fromEntries(Object.entries(table).map(([name, [, value]]) => [name, value]));
    expect(Object.fromEntries(exported)).toEqual(
      Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, numbers(table)])),
    );
  });

  if (!isThere)
    console.log(`Left out: the comparison of flags with libvirt’s headers, since ${folder}/libvirt.h is not there.`);
  it.skipIf(!isThere)('are those of libvirt’s headers', () => {
    const version = Number(/LIBVIR_VERSION_NUMBER (\d+)/.exec(read('libvirt-common.h'))?.[1]);
    // In the order of libvirt.h, since some name numbers of those before.
    const included = [...read('libvirt.h').matchAll(/^# *include <libvirt\/(.+)>$/gm)].map(([, name = '']) => name);
    const values = enumerators([...included, 'virterror.h'].map(read).join('\n'));
    const rows = Object.values(tables).flatMap((table): (readonly [string, number])[] => Object.values(table));
    const shipped = rows.filter(([cName]) => version >= (newcomers[cName] ?? 0));
    expect(rows.length).toBeGreaterThan(150);
    expect(shipped.map(([cName]) => [cName, values.get(cName)])).toEqual(shipped);
  });
});

it('reads the forms that C writes a number in', () => {
  const text = `
    typedef enum {
      A = 1, /* one, = 7 */
      B, // two
    # ifdef X
      C = (1 << 4),
    # endif
      D = 0x10 | B, E = A, F = -2, G = 1U << 31, H
    } abc;`;
  expect(Object.fromEntries(enumerators(text))).toEqual({
    A: 1,
    B: 2,
    C: 16,
    D: 18,
    E: 1,
    F: -2,
    G: 2 ** 31,
    H: 2 ** 31 + 1,
  });
});

/** The enumerators of C text by name: plain numbers, shifts, “or”, and names of others above. */
function enumerators(text: string): Map<string, number> {
  const values = new Map<string, number>();
  const plain = text
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replaceAll(/^\s*#.*$/gm, '')
    .replaceAll(/\\\n/g, '');
  for (const [, body = ''] of plain.matchAll(/\benum\s*\w*\s*\{([^}]*)\}/g)) {
    let next = 0;
    for (const each of body.split(',').filter((part) => part.trim() !== '')) {
      const [name = '', expression] = each.split('=').map((part) => part.trim());
      const value = expression === undefined ? next : evaluate(expression, values);
      if (value === undefined) throw new Error(`What is ${name} = ${expression}?`);
      values.set(name, value);
      next = value + 1;
    }
  }
  return values;
}

function evaluate(expression: string, known: ReadonlyMap<string, number>): number | undefined {
  const terms = expression.replaceAll(/[()\s]/g, '').split('|');
  const numbers = terms.map((term) => {
    const [left = '', shift = '0'] = term.split('<<');
    const number =
      known.get(left) ?? (/^-?(0x[\da-f]+|\d+)u?$/i.test(left) ? Number(left.replace(/u$/i, '')) : undefined);
    return number === undefined ? undefined : number * 2 ** Number(shift);
  });
  return numbers.every((number) => number !== undefined) ? sumOfBits(numbers) : undefined;
}

/** “Or” without JavaScript's 32 bits and sign. */
function sumOfBits(numbers: readonly number[]): number {
  const [only] = numbers;
  return numbers.length === 1 && only !== undefined ? only : Number(numbers.reduce((all, n) => all | BigInt(n), 0n));
}
