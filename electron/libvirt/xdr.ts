/**
 * XDR (RFC 4506) as libvirt uses it. A codec is a value; the TypeScript type of what it carries is inferred from it.
 * libvirt's peculiarity: `char`, `unsigned char` and `short` take four bytes each, also inside arrays.
 */
export interface Xdr<T> {
  /** Least number of bytes a value takes; bounds the allocation for arrays. */
  readonly minSize: number;
  write(writer: XdrWriter, value: T): void;
  read(reader: XdrReader): T;
}
export type XdrType<X> = X extends Xdr<infer T> ? T : never;

/** Thrown for bytes that do not fit the codec, or values that cannot be encoded. */
export class XdrError extends Error {
  override name = 'XdrError';
}

const MAX_STRING = 4_194_304;
/** Of all arrays in a payload together: twice what the state of as many domains takes as there can be in a list. */
const MAX_ITEMS = 100_000;

export const int: Xdr<number> = {
  minSize: 4,
  write: (w, v) => w.reserve(4, (b, at) => b.writeInt32BE(v, at)),
  read: (r) => r.take(4, (b, at) => b.readInt32BE(at)),
};
export const uint: Xdr<number> = {
  minSize: 4,
  write: (w, v) => w.reserve(4, (b, at) => b.writeUInt32BE(v, at)),
  read: (r) => r.take(4, (b, at) => b.readUInt32BE(at)),
};
export const hyper: Xdr<bigint> = {
  minSize: 8,
  write: (w, v) => w.reserve(8, (b, at) => b.writeBigInt64BE(v, at)),
  read: (r) => r.take(8, (b, at) => b.readBigInt64BE(at)),
};
export const uhyper: Xdr<bigint> = {
  minSize: 8,
  write: (w, v) => w.reserve(8, (b, at) => b.writeBigUInt64BE(v, at)),
  read: (r) => r.take(8, (b, at) => b.readBigUInt64BE(at)),
};
export const double: Xdr<number> = {
  minSize: 8,
  write: (w, v) => w.reserve(8, (b, at) => b.writeDoubleBE(v, at)),
  read: (r) => r.take(8, (b, at) => b.readDoubleBE(at)),
};

/** Fixed opaque bytes: as many as said, padded to four. */
export function opaque(length: number): Xdr<Buffer> {
  return {
    minSize: padded(length),
    write(w, v) {
      if (v.length !== length) throw new XdrError(`expected ${length} opaque bytes, got ${v.length}`);
      w.bytes(v);
    },
    read: (r) => r.bytes(length),
  };
}

/** Fixed array of `char`, four bytes an element on libvirt's wire; trailing zeros end the text. */
export function chars(length: number): Xdr<string> {
  return {
    minSize: length * 4,
    write(w, v) {
      const text = Buffer.from(v, 'latin1');
      if (text.length > length) throw new XdrError(`text of ${text.length} bytes in char[${length}]`);
      for (let i = 0; i < length; i++) int.write(w, text[i] ?? 0);
    },
    read(r) {
      const codes = Array.from({ length }, () => int.read(r) & 0xff);
      const end = codes.indexOf(0);
      return Buffer.from(end < 0 ? codes : codes.slice(0, end)).toString('latin1');
    },
  };
}

/** A UTF-8 string of at most `max` bytes (libvirt: REMOTE_STRING_MAX). */
export function string(max: number = MAX_STRING): Xdr<string> {
  return {
    minSize: 4,
    write(w, v) {
      const data = Buffer.from(v, 'utf8');
      if (data.length > max) throw new XdrError(`string of ${data.length} bytes, at most ${max} allowed`);
      uint.write(w, data.length);
      w.bytes(data);
    },
    read(r) {
      const length = uint.read(r);
      if (length > max) throw new XdrError(`string of ${length} bytes, at most ${max} allowed`);
      return r.bytes(length).toString('utf8');
    },
  };
}

/** A counted array; the count is checked against `max` and against the bytes left before anything is allocated. */
export function array<T>(item: Xdr<T>, max: number): Xdr<T[]> {
  return {
    minSize: 4,
    write(w, v) {
      if (v.length > max) throw new XdrError(`array of ${v.length} items, at most ${max} allowed`);
      uint.write(w, v.length);
      for (const each of v) item.write(w, each);
    },
    read(r) {
      const count = uint.read(r);
      if (count > max) throw new XdrError(`array of ${count} items, at most ${max} allowed`);
      if (count * item.minSize > r.remaining) throw new XdrError(`array of ${count} items runs past the packet`);
      r.count(count);
      const items: T[] = [];
      for (let i = 0; i < count; i++) items.push(item.read(r));
      return items;
    },
  };
}

/** `T*`: nothing, or one item. */
export function optional<T>(item: Xdr<T>): Xdr<T | null> {
  return {
    minSize: 4,
    write(w, v) {
      uint.write(w, v === null ? 0 : 1);
      if (v !== null) item.write(w, v);
    },
    read(r) {
      const present = uint.read(r);
      if (present > 1) throw new XdrError(`optional marker ${present} is neither 0 nor 1`);
      return present ? item.read(r) : null;
    },
  };
}

export type Fields = Readonly<Record<string, Xdr<unknown>>>;
export type Struct<F> = { -readonly [K in keyof F]: XdrType<F[K]> };

/** Fields in the order they are written down. */
export function struct<F extends { readonly [K in keyof F]: Xdr<never> | Xdr<unknown> }>(fields: F): Xdr<Struct<F>> {
  const entries = Object.entries(fields) as [keyof F & string, Xdr<unknown>][];
  return {
    minSize: entries.reduce((sum, [, codec]) => sum + codec.minSize, 0),
    write(w, v) {
      for (const [name, codec] of entries) codec.write(w, v[name]);
    },
    read(r) {
      const value: Record<string, unknown> = {};
      for (const [name, codec] of entries) value[name] = codec.read(r);
      return value as Struct<F>;
    },
  };
}

/** A number that says which codec follows, as in `remote_typed_param_value`. */
export function tagged<C extends Readonly<Record<number, Xdr<unknown>>>>(
  cases: C,
): Xdr<{ tag: number; value: XdrType<C[keyof C]> }> {
  const codecOf = (tag: number): Xdr<unknown> => {
    const codec = cases[tag];
    if (!codec) throw new XdrError(`unknown union tag ${tag}`);
    return codec;
  };
  return {
    minSize: 8,
    write(w, v) {
      int.write(w, v.tag);
      codecOf(v.tag).write(w, v.value);
    },
    read(r) {
      const tag = int.read(r);
      return { tag, value: codecOf(tag).read(r) as XdrType<C[keyof C]> };
    },
  };
}

export class XdrWriter {
  #buffer = Buffer.allocUnsafe(256);
  #length = 0;

  reserve(size: number, fill: (buffer: Buffer, at: number) => unknown): void {
    this.#grow(size);
    try {
      fill(this.#buffer, this.#length);
    } catch (error) {
      throw new XdrError(error instanceof Error ? error.message : String(error));
    }
    this.#length += size;
  }

  /** Raw bytes and their padding. */
  bytes(data: Uint8Array): void {
    const size = padded(data.length);
    this.#grow(size);
    this.#buffer.set(data, this.#length);
    this.#buffer.fill(0, this.#length + data.length, this.#length + size);
    this.#length += size;
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #grow(size: number): void {
    if (this.#length + size <= this.#buffer.length) return;
    const bigger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + size));
    this.#buffer.copy(bigger, 0, 0, this.#length);
    this.#buffer = bigger;
  }
}

export class XdrReader {
  #at = 0;
  #items = 0;
  constructor(private readonly buffer: Buffer) {}

  get remaining(): number {
    return this.buffer.length - this.#at;
  }

  take<T>(size: number, read: (buffer: Buffer, at: number) => T): T {
    if (size > this.remaining) throw new XdrError(`${size} bytes wanted, ${this.remaining} left`);
    const value = read(this.buffer, this.#at);
    this.#at += size;
    return value;
  }

  /** Told of the items of each array before they are read, so that one packet does not become millions of values. */
  count(items: number): void {
    this.#items += items;
    if (this.#items > MAX_ITEMS)
      throw new XdrError(`${this.#items} items in one payload, at most ${MAX_ITEMS} allowed`);
  }

  bytes(length: number): Buffer {
    return this.take(padded(length), (buffer, at) => buffer.subarray(at, at + length));
  }
}

export function encode<T>(codec: Xdr<T>, value: T): Buffer {
  const writer = new XdrWriter();
  codec.write(writer, value);
  return writer.finish();
}

/** Decodes a whole payload; bytes left over are an error, since they mean that the codec is wrong. */
export function decode<T>(codec: Xdr<T>, payload: Buffer): T {
  const reader = new XdrReader(payload);
  const value = codec.read(reader);
  if (reader.remaining > 0) throw new XdrError(`${reader.remaining} bytes left over`);
  return value;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
