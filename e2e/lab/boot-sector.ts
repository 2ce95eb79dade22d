import { Assembler } from './assembler.ts';
import { attribute, screen } from './screen.ts';

const origin = 0x7c00;
const space = 0x20;
/** The BIOS counts its 18.2 Hz timer interrupts here. */
const ticksAddress = 0x046c;
const titleLength = 34;
/** What a key adds to the counter: ten minutes of ticks at once. */
export const leapTicks = 10_000;

/**
 * A 512-byte boot sector that shows `title` and a counter, and adds one to it with every tick of the BIOS timer
 * (18.2 times a second) and `leapTicks` with every key, sleeping in between. The counter lives in memory only: it starts at 0 with every boot and
 * comes back with the memory of a snapshot.
 * @throws RangeError when the code does not fit
 */
export function bootSector(title: string): Uint8Array {
  const code = program(asciiTitle(title));
  if (code.length > 440) throw new RangeError(`the boot sector takes ${code.length} bytes`);
  const sector = new Uint8Array(512);
  sector.set(code);
  sector.set([0x55, 0xaa], 510);
  return sector;
}

function asciiTitle(title: string): string {
  return title.replace(/[^\x20-\x7e]/g, '?').slice(0, titleLength);
}

function program(title: string): Uint8Array {
  const asm = new Assembler(origin);

  asm
    .bytes(0x31, 0xc0) //                              xor ax, ax
    .bytes(0x8e, 0xd8) //                              mov ds, ax
    .bytes(0x8e, 0xd0) //                              mov ss, ax
    .word([0xbc], origin) //                           mov sp, origin
    .bytes(0xfc) //                                    cld
    .word([0xb8], 0x0001) //                           mov ax, 0001h       set mode 1: 40 × 25 text
    .bytes(0xcd, 0x10) //                              int 10h
    .bytes(0xb4, 0x01) //                              mov ah, 1           hide the cursor
    .word([0xb9], 0x2000) //                           mov cx, 2000h
    .bytes(0xcd, 0x10) //                              int 10h
    .word([0xb8], 0xb800) //                           mov ax, 0b800h      text memory
    .bytes(0x8e, 0xc0); //                             mov es, ax

  asm
    .bytes(0x31, 0xff) //                              xor di, di
    .word([0xb8], cell(space, attribute.text)) //      mov ax, blank
    .word([0xb9], screen.columns * screen.rows) //     mov cx, cells
    .bytes(0xf3, 0xab); //                             rep stosw

  asm
    .address([0xbe], 'title') //                       mov si, title
    .word([0xbf], centred(title)) //                   mov di, position
    .label('next letter')
    .bytes(0xac) //                                    lodsb
    .bytes(0x84, 0xc0) //                              test al, al
    .jump(0x74, 'titled') //                           jz titled
    .bytes(0xb4, attribute.text) //                    mov ah, attribute
    .bytes(0xab) //                                    stosw
    .jump(0xeb, 'next letter') //                      jmp next letter
    .label('titled');

  paintMarker(asm, screen.markerColumn, attribute.marker);
  paintMarker(asm, screen.endColumn, attribute.end);
  asm.bytes(0xfb); //                                  sti

  asm
    .label('paint')
    .address([0x66, 0x8b, 0x16], 'count') //           mov edx, [count]
    .word([0xbf], position(screen.bitsRow, screen.bitsColumn)) // mov di, bits
    .word([0xb9], 32) //                               mov cx, 32
    .label('next bit')
    .word([0xb8], cell(space, attribute.zero)) //      mov ax, zero
    .word([0xbb], cell(space, attribute.one)) //       mov bx, one
    .bytes(0x66, 0xd1, 0xe2) //                        shl edx, 1
    .jump(0x73, 'is zero') //                          jnc is zero
    .bytes(0x93) //                                    xchg ax, bx
    .label('is zero')
    .bytes(0x26, 0x89, 0x5d, 2 * screen.columns) //    mov es:[di + row], bx   the complement
    .bytes(0xab) //                                    stosw
    .jump(0xe2, 'next bit'); //                        loop next bit

  asm
    .address([0x66, 0xa1], 'count') //                 mov eax, [count]
    .bytes(0x66, 0x31, 0xdb) //                        xor ebx, ebx
    .bytes(0xb3, 10) //                                mov bl, 10
    .word([0xbf], position(screen.digitsRow, screen.digitsEnd)) // mov di, last digit
    .label('next digit')
    .bytes(0x66, 0x31, 0xd2) //                        xor edx, edx
    .bytes(0x66, 0xf7, 0xf3) //                        div ebx
    .bytes(0x80, 0xc2, 0x30) //                        add dl, '0'
    .bytes(0x26, 0x88, 0x15) //                        mov es:[di], dl
    .bytes(0x83, 0xef, 2) //                           sub di, 2
    .bytes(0x66, 0x85, 0xc0) //                        test eax, eax
    .jump(0x75, 'next digit'); //                      jnz next digit

  asm
    .label('wait')
    .bytes(0xf4) //                                    hlt
    .bytes(0xb4, 0x01) //                              mov ah, 1           is there a key?
    .bytes(0xcd, 0x16) //                              int 16h
    .jump(0x74, 'no key') //                           jz no key
    .bytes(0x31, 0xc0) //                              xor ax, ax          take it
    .bytes(0xcd, 0x16) //                              int 16h
    .address([0x66, 0x81, 0x06], 'count') //           add dword [count],
    .word([], leapTicks) //                                leap
    .word([], 0)
    .jump(0xeb, 'to paint') //                         jmp to paint
    .label('no key')
    .word([0xa1], ticksAddress) //                     mov ax, [ticks]
    .address([0x3b, 0x06], 'last') //                  cmp ax, [last]
    .jump(0x74, 'wait') //                             je wait
    .address([0xa3], 'last') //                        mov [last], ax
    .address([0x66, 0xff, 0x06], 'count') //           inc dword [count]
    .label('to paint')
    .jump(0xeb, 'paint'); //                           jmp paint

  asm.label('count').bytes(0, 0, 0, 0);
  asm.label('last').bytes(0, 0);
  asm.label('title').bytes(...Buffer.from(title, 'latin1'), 0);
  return asm.assemble();
}

/** mov word es:[position], cell: in both rows of bits. */
function paintMarker(asm: Assembler, column: number, colours: number): void {
  for (const row of [screen.bitsRow, screen.bitsRow + 1]) {
    asm.word([0x26, 0xc7, 0x06], position(row, column)).word([], cell(space, colours));
  }
}

function cell(character: number, colours: number): number {
  return (colours << 8) | character;
}

function position(row: number, column: number): number {
  return 2 * (row * screen.columns + column);
}

function centred(title: string): number {
  return position(screen.titleRow, Math.floor((screen.columns - title.length) / 2));
}
