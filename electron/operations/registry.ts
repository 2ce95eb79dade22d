import type { Kind } from '../../shared/operations/registry.ts';
import { createDriver } from './create/driver.ts';
import { deleteDriver } from './delete/driver.ts';
import type { AnyDriver } from './engine/driver.ts';
import { editDriver } from './metadata/edit.ts';
import { importDriver } from './metadata/import.ts';
import { makeCurrentDriver } from './metadata/make-current.ts';
import { powerDriver } from './power/driver.ts';
import { revertDriver } from './revert/driver.ts';

/** Who carries out each kind of change. */
export const drivers: Readonly<Record<Kind, AnyDriver>> = {
  create: createDriver(),
  delete: deleteDriver,
  edit: editDriver,
  'make-current': makeCurrentDriver,
  import: importDriver,
  power: powerDriver(),
  revert: revertDriver,
};
