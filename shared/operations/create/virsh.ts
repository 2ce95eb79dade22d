import { createFlag } from '../../libvirt/flags.ts';
import { virshLine } from '../../libvirt/virsh.ts';
import type { CreateDraft, VirshTarget } from '../../schema.ts';
import type { NewFiles } from './files.ts';
import type { CreateRow } from './modes.ts';
import type { DiskRequest } from './request.ts';

export interface CreateCommand {
  readonly disks: readonly DiskRequest[];
  readonly draft: Pick<CreateDraft, 'name' | 'description'>;
  readonly row: CreateRow;
  readonly files: NewFiles;
}

/** The line that takes the same snapshot (virsh(1), snapshot-create-as). In a specification a comma is written twice. */
export function virshCreate(target: VirshTarget, { disks, draft, row, files }: CreateCommand): string {
  const spec = (file: string) => `file=${file.replaceAll(',', ',,')},snapshot=external`;
  const has = (flag: number) => (row.flags & flag) !== 0;
  return virshLine(target, {
    command: 'snapshot-create-as',
    options: {
      name: draft.name,
      description: draft.description || null,
      'disk-only': has(createFlag.diskOnly),
      live: has(createFlag.live),
      quiesce: has(createFlag.quiesce),
      halt: has(createFlag.halt),
      atomic: has(createFlag.atomic),
      memspec: files.memory && spec(files.memory),
      diskspec: disks.map(
        ({ target: disk, location, file }) => `${disk},${file ? spec(file) : `snapshot=${location}`}`,
      ),
    },
  });
}
