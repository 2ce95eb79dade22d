import { createFlag } from '../libvirt/flags.ts';
import { virshLine } from '../libvirt/virsh.ts';
import type { CreateDraft, CreateFacts, VirshTarget } from '../schema.ts';
import type { NewFiles } from './files.ts';
import type { CreateRow } from './modes.ts';

export interface CreateCommand {
  readonly facts: Pick<CreateFacts, 'disks'>;
  readonly draft: Pick<CreateDraft, 'name' | 'description'>;
  readonly row: CreateRow;
  readonly files: NewFiles;
}

/** The line that takes the same snapshot (virsh(1), snapshot-create-as). In a specification a comma is written twice. */
export function virshCreate(target: VirshTarget, { facts, draft, row, files }: CreateCommand): string {
  const spec = (file: string) => `file=${file.replaceAll(',', ',,')},snapshot=external`;
  const disks = row.disks === 'external' ? facts.disks.filter(({ writable }) => writable) : [];
  const has = (flag: number) => (row.flags & flag) !== 0;
  return virshLine(target, {
    command: 'snapshot-create-as',
    options: {
      name: draft.name,
      description: draft.description || null,
      'disk-only': has(createFlag.diskOnly),
      live: has(createFlag.live),
      quiesce: has(createFlag.quiesce),
      atomic: has(createFlag.atomic),
      memspec: files.memory && spec(files.memory),
      diskspec: disks.map((disk) => {
        const overlay = files.overlays.find((each) => each.target === disk.target);
        return `${disk.target},${overlay ? spec(overlay.file) : 'snapshot=no'}`;
      }),
    },
  });
}
