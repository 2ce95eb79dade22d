import { formatBytes, formatDuration } from '../../format.ts';
import type { CreateDraft, CreateFacts, Statement } from '../../schema.ts';
import { imageFiles, type NewFiles } from './files.ts';
import type { CreateRow } from './modes.ts';
import { folderOf } from './paths.ts';
import { canKeep, keptDisks } from './request.ts';
import { listed } from './text.ts';

/** How fast memory is written, bytes a second: a network share or a busy disk, and a good SSD. */
const SLOW = 100_000_000;
const FAST = 500_000_000;

/** What will happen to the guest, and where the data goes, a sentence each. */
export function notesOf(facts: CreateFacts, draft: CreateDraft, row: CreateRow, files: NewFiles): Statement[] {
  return [
    { code: 'GUEST', text: guestSentence(facts, row) },
    ...placeSentences(facts, draft, row, files).map((text) => ({ code: 'PLACE', text })),
    ...foldersOf(facts, row, files).map((folder) => ({ code: 'SPACE', text: spaceSentence(facts, folder) })),
    ...(row.guest === 'on' ? [{ code: 'CANCEL', text: cancelSentence(row) }] : []),
  ];
}

/** Where the memory may not fit. */
export function spaceWarnings(facts: CreateFacts, row: CreateRow, files: NewFiles): Statement[] {
  const folder = memoryFolder(facts, row, files);
  const free = folder === null ? null : (facts.files.free[folder] ?? null);
  if (free === null || facts.memoryBytes === null || free >= facts.memoryBytes) return [];
  const text = `The guest has ${formatBytes(facts.memoryBytes)} of memory, but only ${formatBytes(free)} is free in ${folder}. Empty memory takes no space, so it may still fit.`;
  return [{ code: 'MAY_NOT_FIT', text }];
}

/** Folders whose free space matters. */
export function foldersOf(facts: CreateFacts, row: Pick<CreateRow, 'disks'>, files: NewFiles): string[] {
  const paths =
    row.disks === 'internal'
      ? imageFiles(facts)
      : [...files.overlays.map(({ file }) => file), ...(files.memory === null ? [] : [files.memory])];
  return [...new Set(paths.filter((path) => path.startsWith('/')).map(folderOf))];
}

function guestSentence({ state, memoryBytes }: CreateFacts, { guest, standstill, live, halt }: CreateRow): string {
  if (guest === 'off') return 'The guest is off and stays off.';
  if (halt)
    return standstill === 'memory' || live
      ? 'The guest is switched off once its memory is written, and stays off.'
      : 'The guest is switched off once the disks are saved, and stays off.';
  const memory = memoryBytes === null ? 'its memory' : `up to ${formatBytes(memoryBytes)} of memory`;
  if (state === 'paused')
    return standstill === 'memory' || live
      ? `The guest stays paused while ${memory} is written.`
      : 'The guest stays paused.';
  const time = memoryBytes === null ? '' : `, ${span(memoryBytes)}`;
  if (live) return `The guest keeps running while ${memory} is written, and is paused for a moment at the end.`;
  const sentences: Record<CreateRow['standstill'], string> = {
    no: 'The guest keeps running.',
    moment: 'The guest keeps running, and is paused for a moment while the disks are switched.',
    memory: `The guest is paused while ${memory} is written${time}.`,
  };
  return sentences[standstill];
}

/** `about 4 to 20 s, depending on the storage` */
function span(bytes: number): string {
  const [least, most] = [FAST, SLOW].map((speed) => Math.max(1, Math.round(bytes / speed)) * 1000);
  if (least === undefined || most === undefined || most < 2000) return 'about a second';
  return `about ${formatDuration(least)} to ${formatDuration(most)}, depending on the storage`;
}

function placeSentences(
  facts: CreateFacts,
  draft: CreateDraft,
  row: CreateRow,
  { overlays, memory }: NewFiles,
): string[] {
  const kept = keptDisks(facts, draft).map(({ target }) => target);
  if (row.disks === 'internal')
    return [
      `${row.memory === 'none' ? 'The disks are saved' : 'Disks and memory are saved'} inside the ${kept.length === 1 ? 'image' : 'images'} of ${listed(kept)}.`,
    ];
  const left = facts.disks.filter((disk) => canKeep(disk) && !kept.includes(disk.target)).map(({ target }) => target);
  return [
    ...overlays.filter(({ file }) => file !== '').map(({ target, file }) => `New file for ${target}: ${file}`),
    ...(memory ? [`New file for the memory: ${memory}`] : []),
    ...(left.length > 0 ? [`${listed(left)} ${left.length === 1 ? 'is' : 'are'} left out.`] : []),
  ];
}

function spaceSentence({ files }: CreateFacts, within: string): string {
  const free = files.free[within] ?? null;
  const folder = within.replace(/(?<=.)\/$/, '');
  return free === null
    ? `The free space in ${folder} is not known: no storage pool covers it.`
    : `${formatBytes(free)} is free in ${folder}.`;
}

function cancelSentence(row: CreateRow): string {
  if (row.abortable) return 'It can be cancelled while the memory is written.';
  return row.memory === 'none'
    ? 'It takes a moment and cannot be cancelled.'
    : 'Once started it cannot be cancelled, and libvirt does not report its progress.';
}

function memoryFolder(facts: CreateFacts, { memory }: CreateRow, files: NewFiles): string | null {
  const [first] = imageFiles(facts);
  const file = memory === 'external' ? files.memory : memory === 'internal' ? first : null;
  return file ? folderOf(file) : null;
}
