import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Movable } from '../schema.ts';
import { groupedHosts, movedHosts, rearranged } from './order.ts';

const list = (...each: string[]) =>
  each.map((text) => {
    const [id = '', group = ''] = text.split('@');
    return { id, group };
  });
const hosts = list('a@lab', 'b', 'c@prod', 'd@lab', 'e@prod');
const moved = (what: Movable, step: -1 | 1) => movedHosts(hosts, what, step)?.join('') ?? null;

/** Hosts with ids of their own, in a few groups. */
const anyHosts = fc
  .array(fc.constantFrom('', 'lab', 'prod', '__proto__'), { minLength: 1, maxLength: 12 })
  .map((groups) => groups.map((group, at) => ({ id: `h${at}`, group })));
const shown = (of: readonly { id: string; group: string }[]) => groupedHosts(of).flatMap(({ hosts: own }) => own);
const anyMove = anyHosts.chain((of) =>
  fc.record({
    of: fc.constant(of),
    what: fc.oneof(
      fc.constantFrom(...of).map(({ id }): Movable => ({ kind: 'host', id })),
      fc.constantFrom(...of).map(({ group }): Movable => ({ kind: 'group', group })),
    ),
    step: fc.constantFrom(-1 as const, 1 as const),
  }),
);
const inOrder = (of: readonly { id: string; group: string }[], ids: readonly string[]) =>
  rearranged(of, ({ id }) => id, ids);

describe('groups', () => {
  it('stand in the order of their first hosts, and hosts without one come last', () => {
    expect(groupedHosts(hosts).map(({ group, hosts: own }) => `${group}:${own.map(({ id }) => id).join('')}`)).toEqual([
      'lab:ad',
      'prod:ce',
      ':b',
    ]);
  });
});

describe('a move', () => {
  it('takes a host past its neighbour in the group, and no further', () => {
    expect(moved({ kind: 'host', id: 'd' }, -1)).toBe('daceb');
    expect(moved({ kind: 'host', id: 'a' }, -1)).toBeNull();
    expect(moved({ kind: 'host', id: 'e' }, 1)).toBeNull();
    expect(moved({ kind: 'host', id: 'gone' }, 1)).toBeNull();
  });

  it('takes a group past the next one; hosts without one stay last', () => {
    expect(moved({ kind: 'group', group: 'prod' }, -1)).toBe('ceadb');
    expect(moved({ kind: 'group', group: 'prod' }, 1)).toBeNull();
    expect(moved({ kind: 'group', group: '' }, -1)).toBeNull();
  });

  it('loses no host, keeps every group together, and is undone by the opposite one', () => {
    fc.assert(
      fc.property(anyMove, ({ of, what, step }) => {
        const ids = movedHosts(of, what, step);
        if (ids === null) return;
        expect([...ids].sort()).toEqual(of.map(({ id }) => id).sort());
        const after = inOrder(of, ids);
        expect(shown(after)).toEqual(after);
        expect(movedHosts(after, what, step === 1 ? -1 : 1)).toEqual(shown(of).map(({ id }) => id));
      }),
    );
  });
});

describe('rearranging', () => {
  it('leaves what is not named in its place, and takes no word for what is not there', () => {
    expect(rearranged([...'abcde'], (letter) => letter, ['d', 'x', 'b', 'd']).join('')).toBe('adcbe');
  });

  it('is a permutation in which the named are as asked', () => {
    const letters = [...'abcdefgh'];
    fc.assert(
      fc.property(fc.shuffledSubarray(letters), (named) => {
        const after = rearranged(letters, (letter) => letter, named);
        expect([...after].sort()).toEqual(letters);
        expect(after.filter((letter) => named.includes(letter))).toEqual(named);
        for (const [at, letter] of letters.entries()) if (!named.includes(letter)) expect(after[at]).toBe(letter);
      }),
    );
  });
});
