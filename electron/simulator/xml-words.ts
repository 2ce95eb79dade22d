/** virDomainSnapshotState, as `<state>` spells it. */
export const snapshotStates = [
  'nostate',
  'running',
  'blocked',
  'paused',
  'shutdown',
  'shutoff',
  'crashed',
  'pmsuspended',
  'disk-snapshot',
] as const;

/** Text and attribute values; quotes too, since libvirt's own attributes are in single ones. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>'"]/g, (character) => entities[character] ?? character);
}
const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
};

/** Two more spaces, or `by`, before every line. */
export function indent(lines: readonly string[], by = '  '): string[] {
  return lines.map((line) => by + line);
}
