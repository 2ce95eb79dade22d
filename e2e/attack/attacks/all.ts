import type { Attack } from '../attack.ts';
import { clientAttacks } from './client.ts';
import { fileAttacks } from './files.ts';
import { libvirtdAttacks } from './libvirtd.ts';
import { sshdAttacks } from './sshd.ts';

export const attacks: readonly Attack[] = [...libvirtdAttacks, ...sshdAttacks, ...clientAttacks, ...fileAttacks];
