import type { Kind } from '../../shared/operations/registry.ts';
import { createDriver } from './create/driver.ts';
import { createConclusions } from './create/later.ts';
import { deleteDriver } from './delete/driver.ts';
import { deleteConclusions } from './delete/later.ts';
import type { AnyDriver } from './engine/driver.ts';
import type { Conclusions } from './engine/settle-later.ts';
import { editDriver } from './metadata/edit.ts';
import { importDriver } from './metadata/import.ts';
import { metadataConclusions } from './metadata/later.ts';
import { makeCurrentDriver } from './metadata/make-current.ts';
import { powerDriver } from './power/driver.ts';
import { powerConclusions } from './power/later.ts';
import { revertDriver } from './revert/driver.ts';
import { revertConclusions } from './revert/later.ts';

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

/** What is said of each kind of request whose answer never came. */
export const conclusions: Conclusions = {
  ...createConclusions,
  ...deleteConclusions,
  ...metadataConclusions,
  ...powerConclusions,
  ...revertConclusions,
};
