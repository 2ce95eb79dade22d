import type { Attack } from '../attack.ts';
import { libvirtdAttacks } from './libvirtd.ts';

import { sshdAttacks } from './sshd.ts';

export const attacks: readonly Attack[] = [...libvirtdAttacks, ...sshdAttacks];
