import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  array,
  chars,
  decode,
  double,
  encode,
  hyper,
  int,
  opaque,
  optional,
  string,
  struct,
  tagged,
  uhyper,
  uint,
  type Xdr,
  XdrError,
} from './xdr.ts';

interface Kind {
  name: string;
  codec: Xdr<unknown>;
  value: fc.Arbitrary<unknown>;
}
const kind = <T>(name: string, codec: Xdr<T>, value: fc.Arbitrary<NoInfer<T>>): Kind => ({
  name,
  codec: codec as Xdr<unknown>,
  value,
});
const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = fc.string({ unit: 'grapheme' });
const latin1 = fc
  .array(fc.integer({ min: 1, max: 255 }), { maxLength: 8 })
  .map((codes) => String.fromCharCode(...codes));
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each) => Buffer.from(each));

const scalars: Kind[] = [
  kind('int', int, int32),
  kind('uint', uint, uint32),
  kind('hyper', hyper, int64),
  kind('uhyper', uhyper, uint64),
  kind('double', double, fc.double()),
  kind('opaque(5)', opaque(5), bytes(5)),
  kind('opaque(16)', opaque(16), bytes(16)),
  kind('chars(8)', chars(8), latin1),
  kind('string', string(), text),
  kind(
    'tagged',
    tagged({ 1: int, 4: uhyper, 7: string() }) as Xdr<unknown>,
    fc.oneof(
      int32.map((value) => ({ tag: 1, value })),
      uint64.map((value) => ({ tag: 4, value })),
      text.map((value) => ({ tag: 7, value })),
    ),
  ),
];
const scalar = fc.constantFrom(...scalars);
const nested: fc.Arbitrary<Kind> = fc.letrec<{ kind: Kind }>((tie) => ({
  kind: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    tie('kind').map(({ name, codec, value }) => kind(`optional ${name}`, optional(codec), fc.option(value))),
    tie('kind').map(({ name, codec, value }) => kind(`${name}<9>`, array(codec, 9), fc.array(value, { maxLength: 9 }))),
    fc
      .dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('kind'), { maxKeys: 4, noNullPrototype: true })
      .map((fields) =>
        kind(
          `{${Object.entries(fields)
            .map(([key, each]) => `${key}: ${each.name}`)
            .join(', ')}}`,
          struct(
            Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, each.codec])),
          ) as unknown as Xdr<unknown>,
          fc.record(Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, each.value]))),
        ),
      ),
  ),
})).kind;
const sample = nested.chain((each) => each.value.map((value) => ({ ...each, value })));

describe('round trip', () => {
  it.each(scalars)('$name', ({ codec, value }) => {
    fc.assert(
      fc.property(value, (each) => {
        expect(decode(codec, encode(codec, each))).toEqual(each);
      }),
    );
  });

  it('any nesting of structs, arrays and optionals, in whole words and at least minSize bytes', () => {
    fc.assert(
      fc.property(sample, ({ codec, value }) => {
        const wire = encode(codec, value);
        expect(wire.length % 4).toBe(0);
        expect(wire.length).toBeGreaterThanOrEqual(codec.minSize);
        expect(decode(codec, wire)).toEqual(value);
      }),
    );
  });
});

describe('on the wire', () => {
  const hex = <T>(codec: Xdr<T>, value: T) => encode(codec, value).toString('hex');

  it('is big-endian, padded with zeros to four', () => {
    expect(hex(int, -2)).toBe('fffffffe');
    expect(hex(hyper, -2n)).toBe('fffffffffffffffe');
    expect(hex(uhyper, 258n)).toBe('0000000000000102');
    expect(hex(double, 1)).toBe('3ff0000000000000');
    expect(hex(string(), 'héy')).toBe('0000000468c3a979');
    expect(hex(string(), 'abcde')).toBe('000000056162636465000000');
    expect(hex(opaque(3), Buffer.from('abc'))).toBe('61626300');
    expect(hex(optional(int), null)).toBe('00000000');
    expect(hex(optional(int), 7)).toBe('0000000100000007');
    expect(hex(array(int, 9), [1, 2])).toBe('000000020000000100000002');
    expect(hex(struct({ b: int, a: uint }), { a: 1, b: 2 })).toBe('0000000200000001');
    expect(hex(tagged({ 7: string() }), { tag: 7, value: 'x' })).toBe('000000070000000178000000');
  });

  it('gives each char four bytes, and ends the text at the first zero', () => {
    expect(hex(chars(4), 'ab')).toBe('00000061000000620000000000000000');
    const signed = Buffer.from('ffffffe9000000610000000000000062', 'hex');
    expect(decode(chars(4), signed)).toBe('éa');
  });
});

describe('values that cannot be sent', () => {
  it.each<[string, () => Buffer]>([
    ['an int past 31 bits', () => encode(int, 2 ** 31)],
    ['a negative uint', () => encode(uint, -1)],
    ['a hyper past 63 bits', () => encode(hyper, 2n ** 63n)],
    ['a negative uhyper', () => encode(uhyper, -1n)],
    ['opaque bytes of another length', () => encode(opaque(16), Buffer.alloc(15))],
    ['a text longer than its char array', () => encode(chars(2), 'abc')],
    ['a string over its maximum in bytes', () => encode(string(3), 'éé')],
    ['a string over REMOTE_STRING_MAX', () => encode(string(), 'x'.repeat(4_194_305))],
    ['an array over its maximum', () => encode(array(int, 2), [1, 2, 3])],
    ['an unknown tag', () => encode(tagged({ 1: int }), { tag: 2, value: 1 })],
  ])('%s', (_, act) => {
    expect(act).toThrow(XdrError);
  });
});

describe('bytes that do not fit', () => {
  const of = (...words: number[]) => {
    const buffer = Buffer.alloc(words.length * 4);
    words.forEach((word, index) => {
      buffer.writeUInt32BE(word >>> 0, index * 4);
    });
    return buffer;
  };
  const tenThousand = Buffer.concat([of(10_000), Buffer.alloc(40_000)]);

  it.each<[string, Xdr<unknown>, Buffer, RegExp]>([
    ['a string over its maximum', string(3), of(4, 0), /at most 3/],
    ['a string that runs past the packet', string(), of(4_194_304, 0), /wanted/],
    ['an array over its maximum', array(int, 2), of(3, 1, 2, 3), /at most 2/],
    [
      'arrays of too many items together',
      array(array(int, 10_000), 99),
      Buffer.concat([of(11), ...Array(11).fill(tenThousand)]),
      /at most 100000/,
    ],
    ['an array that runs past the packet', array(int, 16_384), of(16_384, 1), /runs past/],
    [
      'an array of structs that cannot fit',
      array(struct({ a: hyper, b: string() }), 99),
      of(2, 0, 0, 0, 0),
      /runs past/,
    ],
    ['an optional marker of 2', optional(int), of(2, 1), /neither 0 nor 1/],
    ['an unknown tag', tagged({ 1: int }), of(9, 1), /unknown union tag 9/],
    ['nothing at all', int, of(), /4 bytes wanted/],
  ])('%s', (_, codec, wire, message) => {
    expect(() => decode(codec, wire)).toThrow(XdrError);
    expect(() => decode(codec, wire)).toThrow(message);
  });

  it('does not read one item of an array whose count runs past the packet', () => {
    let reads = 0;
    const counting: Xdr<number> = {
      ...int,
      read: (reader) => {
        reads++;
        return int.read(reader);
      },
    };
    expect(() => decode(array(counting, 0xffff_ffff), of(0xffff_ffff, 1, 2, 3))).toThrow(XdrError);
    expect(reads).toBe(0);
  });

  it('any packet cut short, or with a word too many, is an XdrError', () => {
    fc.assert(
      fc.property(sample, fc.nat(), ({ codec, value }, at) => {
        const wire = encode(codec, value);
        expect(() => decode(codec, Buffer.concat([wire, of(0)]))).toThrow(XdrError);
        if (wire.length > 0) expect(() => decode(codec, wire.subarray(0, at % wire.length))).toThrow(XdrError);
      }),
    );
  });

  it('any bytes at all decode or are an XdrError', () => {
    fc.assert(
      fc.property(nested, fc.uint8Array({ maxLength: 200 }), ({ codec }, wire) => {
        try {
          decode(codec, Buffer.from(wire));
        } catch (error) {
          expect(error).toBeInstanceOf(XdrError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
