import type { Kind } from '../../shared/operations/registry.ts';
import { createDriver } from './create/driver.ts';
import type { AnyDriver } from './engine/driver.ts';
import { powerDriver } from './power/driver.ts';
import { revertDriver } from './revert/driver.ts';

/** Who carries out each kind of change. */
export const drivers: Readonly<Record<Kind, AnyDriver>> = {
  create: createDriver(),
  power: powerDriver(),
  revert: revertDriver,
};
