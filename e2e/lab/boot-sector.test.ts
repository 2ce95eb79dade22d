import { describe, expect, it } from 'vitest';
import { Assembler } from './assembler.ts';
import { bootSector } from './boot-sector.ts';

describe('the assembler', () => {
  it('resolves jumps in both directions and addresses', () => {
    const asm = new Assembler(0x7c00).label('start').jump(0xeb, 'end').bytes(0x90).jump(0xeb, 'start').label('end');
    expect([...asm.address([0xbe], 'end').assemble()]).toEqual([0xeb, 3, 0x90, 0xeb, 0xfb, 0xbe, 0x05, 0x7c]);
  });

  it('refuses what it cannot encode', () => {
    expect(() => new Assembler(0).jump(0xeb, 'nowhere').assemble()).toThrow('no label nowhere');
    const far = new Assembler(0)
      .jump(0xeb, 'far')
      .bytes(...new Array<number>(128).fill(0x90))
      .label('far');
    expect(() => far.assemble()).toThrow('128 bytes away');
  });
});

describe('the boot sector', () => {
  it('is one bootable sector that carries its title', () => {
    const sector = bootSector('alpha');
    expect(sector).toHaveLength(512);
    expect([...sector.subarray(510)]).toEqual([0x55, 0xaa]);
    expect(Buffer.from(sector).includes('alpha\0')).toBe(true);
  });

  it('fits with any title', () => {
    expect(bootSector('x'.repeat(200))).toHaveLength(512);
    expect(Buffer.from(bootSector('grün')).includes('gr?n\0')).toBe(true);
  });
});
