import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { retry } from './run.ts';

/** A start of a guest that waits to be let go. */
export interface HeldStart {
  /** Resolves when libvirt has come as far as to start QEMU. */
  reached(): Promise<void>;
  release(): Promise<void>;
}

const gateOf = (folder: string) => join(folder, 'start-is-held');

/** Writes the program that is QEMU to libvirt, and waits before it is: not when libvirt only asks what QEMU can do. */
export async function holdableEmulator(folder: string, name: string): Promise<string> {
  const [emulator, gate] = [join(folder, 'emulator'), gateOf(folder)];
  const script = `#!/bin/sh
case "$*" in
  *guest=${name},*) while [ -e ${gate} ]; do : >${gate}.reached; sleep 0.05; done ;;
esac
exec /usr/bin/qemu-system-x86_64 "$@"
`;
  await writeFile(emulator, script, { mode: 0o755 });
  return emulator;
}

export async function holdStart(folder: string): Promise<HeldStart> {
  const gate = gateOf(folder);
  await rm(`${gate}.reached`, { force: true });
  await writeFile(gate, '');
  return {
    reached: () =>
      retry(() => {
        if (!existsSync(`${gate}.reached`)) throw new Error('libvirt has not started QEMU');
      }, 30_000),
    release: () => rm(gate, { force: true }),
  };
}
