import type { CreateDraft, CreateFacts } from '../../schema.ts';
import { newFiles } from './files.ts';
import type { CreateRow } from './modes.ts';
import { type DiskRequest, diskRequests } from './request.ts';

/**
 * The `<domainsnapshot>` to ask for (libvirt formatsnapshot). Where the memory goes and how each disk is kept are said
 * for all of them: whatever is left unsaid, the domain's configuration would decide.
 */
export function createXml(facts: CreateFacts, draft: CreateDraft, row: CreateRow): string {
  const { memory } = newFiles(facts, draft);
  const disks = diskRequests(facts, draft);
  return [
    '<domainsnapshot>',
    `<name>${e(draft.name)}</name>`,
    ...(draft.description === '' ? [] : [`<description>${e(draft.description)}</description>`]),
    memory === null ? `<memory snapshot='${row.memory === 'internal' ? 'internal' : 'no'}'/>` : externalMemory(memory),
    ...(disks.length > 0 ? ['<disks>', ...disks.map(diskXml), '</disks>'] : []),
    '</domainsnapshot>',
  ].join('');
}

/** The same with a line for each element, to be read and copied. */
export function prettyXml(xml: string): string {
  let depth = 0;
  const lines = xml.replaceAll(/>(?=<)/g, '>\n').split('\n');
  return lines
    .map((line) => {
      if (line.startsWith('</')) depth--;
      const indented = `${'  '.repeat(depth)}${line}`;
      if (/^<[^/][^>]*[^/]>$/.test(line)) depth++;
      return indented;
    })
    .join('\n');
}

function externalMemory(file: string): string {
  return `<memory snapshot='external' file='${e(file)}'/>`;
}

function diskXml({ target, location, file }: DiskRequest): string {
  const head = `<disk name='${e(target)}' snapshot='${location}'`;
  return file === null || file === '' ? `${head}/>` : `${head}><source file='${e(file)}'/></disk>`;
}

/** Text as it may stand in an element or an attribute. */
function e(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', "'": 'apos', '"': 'quot' };
  return text.replaceAll(/[&<>'"]/g, (character) => `&${names[character]};`);
}
