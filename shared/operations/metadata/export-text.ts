/** Of Snapkeel's own file: what is exported, and what an import reads. */
export const EXPORT_ROOT = 'snapkeel-snapshots';
export const EXPORT_VERSION = '1';

/**
 * Snapshots' metadata in one file.
 * @param documents as libvirt writes them; what stands in front of their root is left out
 * @param about elements of their own, as which snapshot is current
 */
export function exportText(documents: readonly string[], about: readonly string[] = []): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!-- Metadata of snapshots, without passwords. The disk images and memory files are not in here. -->',
    `<${EXPORT_ROOT} version="${EXPORT_VERSION}">`,
    ...about,
    ...documents.map((text) => text.replace(/^\s*<\?xml[^>]*\?>/, '').trim()),
    `</${EXPORT_ROOT}>`,
    '',
  ].join('\n');
}
