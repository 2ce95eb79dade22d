import { type NewFiles, newFiles } from '../../../shared/create/files.ts';
import type { CreateRow } from '../../../shared/create/modes.ts';
import type { CreateDraft, CreateFacts } from '../../../shared/schema.ts';
import { escapeXml as e } from '../../libvirt/xml.ts';

/**
 * The `<domainsnapshot>` to ask for (libvirt formatsnapshot). Of an external snapshot every disk is named, with its
 * file: one that is not named would be taken along. Of an internal one none is: it takes those that it can.
 */
export function createXml(facts: CreateFacts, draft: CreateDraft, row: CreateRow): string {
  const files = newFiles(facts, draft);
  return [
    '<domainsnapshot>',
    `<name>${e(draft.name)}</name>`,
    ...(draft.description === '' ? [] : [`<description>${e(draft.description)}</description>`]),
    ...(files.memory === null ? [] : [`<memory snapshot='external' file='${e(files.memory)}'/>`]),
    ...(row.disks === 'external' ? ['<disks>', ...disksXml(facts, files), '</disks>'] : []),
    '</domainsnapshot>',
  ].join('');
}

function disksXml({ disks }: CreateFacts, { overlays }: NewFiles): string[] {
  return disks
    .filter(({ writable }) => writable)
    .map(({ target }) => {
      const file = overlays.find((overlay) => overlay.target === target)?.file;
      return file === undefined
        ? `<disk name='${e(target)}' snapshot='no'/>`
        : `<disk name='${e(target)}' snapshot='external'><source file='${e(file)}'/></disk>`;
    });
}
