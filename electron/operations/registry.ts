import type { Kind } from '../../shared/operations/registry.ts';
import { deleteDriver } from './delete/driver.ts';
import type { AnyDriver } from './engine/driver.ts';
import { powerDriver } from './power/driver.ts';

/** Who carries out each kind of change. */
export const drivers: Readonly<Record<Kind, AnyDriver>> = {
  delete: deleteDriver,
  power: powerDriver(),
};
