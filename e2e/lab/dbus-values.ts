/** A D-Bus value by its type: a `v` is [type, value], a dict an array of pairs, a `t` a bigint. */
export type DbusValue = string | number | bigint | readonly DbusValue[];

/** Puts values of a signature into bytes, little-endian. */
export function marshal(signature: string, values: readonly DbusValue[]): Buffer {
  const bytes: number[] = [];
  for (const [at, type] of typesIn(signature).entries()) write(bytes, type, values[at] as DbusValue);
  return Buffer.from(bytes);
}

/** Takes values of a signature out of little-endian bytes. */
export function unmarshal(signature: string, bytes: Buffer): DbusValue[] {
  const source = { bytes, at: 0 };
  return typesIn(signature).map((type) => read(source, type));
}

interface Source {
  readonly bytes: Buffer;
  at: number;
}
interface Kind {
  readonly alignment: number;
  write(bytes: number[], value: DbusValue, type: string): void;
  read(source: Source, type: string): DbusValue;
}

/** By the first letter of a type; those that polkit needs. */
const kinds: Readonly<Record<string, Kind>> = {
  y: integer(1, Number),
  u: integer(4, Number),
  i: integer(4, (value) => Number(BigInt.asIntN(32, value))),
  t: integer(8, (value) => value),
  s: text('u'),
  o: text('u'),
  g: text('y'),
  v: {
    alignment: 1,
    write(bytes, value) {
      const [type, inner] = value as [string, DbusValue];
      write(bytes, 'g', type);
      write(bytes, type, inner);
    },
    read(source) {
      const type = read(source, 'g') as string;
      return [type, read(source, type)];
    },
  },
  a: {
    alignment: 4,
    write(bytes, value, type) {
      write(bytes, 'u', 0);
      const lengthAt = bytes.length - 4;
      align(bytes, type.slice(1));
      const start = bytes.length;
      for (const each of value as readonly DbusValue[]) write(bytes, type.slice(1), each);
      bytes.splice(lengthAt, 4, ...marshal('u', [bytes.length - start]));
    },
    read(source, type) {
      const length = read(source, 'u') as number;
      skip(source, type.slice(1));
      const list: DbusValue[] = [];
      for (const end = source.at + length; source.at < end; ) list.push(read(source, type.slice(1)));
      return list;
    },
  },
  '(': struct(),
  '{': struct(),
};

function integer(size: number, from: (value: bigint) => number | bigint): Kind {
  return {
    alignment: size,
    write(bytes, value) {
      for (let at = 0; at < size; at++) bytes.push(Number((BigInt(value as number) >> BigInt(8 * at)) & 0xffn));
    },
    read(source) {
      const start = source.at;
      source.at += size;
      return from(
        [...source.bytes.subarray(start, source.at)].reduceRight((all, byte) => (all << 8n) | BigInt(byte), 0n),
      );
    },
  };
}

/** @param length the type of what says how long it is */
function text(length: 'u' | 'y'): Kind {
  return {
    alignment: length === 'u' ? 4 : 1,
    write(bytes, value) {
      const content = Buffer.from(value as string);
      write(bytes, length, content.length);
      bytes.push(...content, 0);
    },
    read(source) {
      const end = (read(source, length) as number) + source.at;
      const content = source.bytes.toString('utf8', source.at, end);
      source.at = end + 1;
      return content;
    },
  };
}

function struct(): Kind {
  return {
    alignment: 8,
    write(bytes, value, type) {
      const members = value as readonly DbusValue[];
      for (const [at, each] of typesIn(type.slice(1, -1)).entries()) write(bytes, each, members[at] as DbusValue);
    },
    read: (source, type) => typesIn(type.slice(1, -1)).map((each) => read(source, each)),
  };
}

function kindOf(type: string): Kind {
  const kind = kinds[type.charAt(0)];
  if (!kind) throw new Error(`no D-Bus type that is known here: ${type}`);
  return kind;
}

function write(bytes: number[], type: string, value: DbusValue): void {
  align(bytes, type);
  kindOf(type).write(bytes, value, type);
}

function read(source: Source, type: string): DbusValue {
  skip(source, type);
  return kindOf(type).read(source, type);
}

function align(bytes: number[], type: string): void {
  while (bytes.length % kindOf(type).alignment > 0) bytes.push(0);
}

function skip(source: Source, type: string): void {
  while (source.at % kindOf(type).alignment > 0) source.at++;
}

/** 'sa{sv}u' is s, a{sv}, u. */
function typesIn(signature: string): string[] {
  const types: string[] = [];
  for (let at = 0; at < signature.length; ) {
    const end = endOfType(signature, at);
    types.push(signature.slice(at, end));
    at = end;
  }
  return types;
}

function endOfType(signature: string, start: number): number {
  if (signature[start] === 'a') return endOfType(signature, start + 1);
  let depth = 0;
  for (let at = start; at < signature.length; at++) {
    if ('({'.includes(signature.charAt(at))) depth++;
    if (')}'.includes(signature.charAt(at))) depth--;
    if (depth === 0) return at + 1;
  }
  throw new Error(`no D-Bus signature: ${signature}`);
}
