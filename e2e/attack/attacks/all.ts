import type { Attack } from '../attack.ts';
import { libvirtdAttacks } from './libvirtd.ts';

export const attacks: readonly Attack[] = [...libvirtdAttacks];
