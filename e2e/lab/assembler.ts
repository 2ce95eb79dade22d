/** A spot in the code, by name, for jumps and addresses that are known only once everything is laid out. */
interface Fixup {
  readonly at: number;
  readonly label: string;
  readonly kind: 'relative8' | 'absolute16';
}

/** Just enough of an assembler for 16-bit real-mode code: bytes, labels and the two ways to point at them. */
export class Assembler {
  readonly #origin: number;
  readonly #code: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #fixups: Fixup[] = [];

  /** @param origin the address that the first byte is loaded at */
  constructor(origin: number) {
    this.#origin = origin;
  }

  /** Appends bytes as they are. */
  bytes(...values: number[]): this {
    this.#code.push(...values);
    return this;
  }

  /** Appends an opcode followed by a 16-bit little-endian number. */
  word(opcode: readonly number[], value: number): this {
    return this.bytes(...opcode, value & 0xff, (value >> 8) & 0xff);
  }

  /** Names the address of the next byte. */
  label(name: string): this {
    this.#labels.set(name, this.#code.length);
    return this;
  }

  /** Appends a short jump, or any opcode that takes an 8-bit distance. */
  jump(opcode: number, label: string): this {
    this.bytes(opcode);
    this.#fixups.push({ at: this.#code.length, label, kind: 'relative8' });
    return this.bytes(0);
  }

  /** Appends an opcode followed by the 16-bit address of a label. */
  address(opcode: readonly number[], label: string): this {
    this.bytes(...opcode);
    this.#fixups.push({ at: this.#code.length, label, kind: 'absolute16' });
    return this.bytes(0, 0);
  }

  /**
   * The finished code.
   * @throws RangeError for an unknown label or a jump that is too far
   */
  assemble(): Uint8Array {
    const code = Uint8Array.from(this.#code);
    for (const { at, label, kind } of this.#fixups) {
      const target = this.#labels.get(label);
      if (target === undefined) throw new RangeError(`no label ${label}`);
      if (kind === 'absolute16') {
        new DataView(code.buffer).setUint16(at, this.#origin + target, true);
      } else {
        const distance = target - (at + 1);
        if (distance < -128 || distance > 127) throw new RangeError(`${label} is ${distance} bytes away`);
        code[at] = distance & 0xff;
      }
    }
    return code;
  }
}
