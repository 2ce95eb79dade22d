/** 16 raw bytes as the text form that people and URIs use. */
export function formatUuid(uuid: Uint8Array): string {
  return Buffer.from(uuid)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The text form as 16 raw bytes. @throws RangeError when it is not a UUID. */
export function parseUuid(text: string): Buffer {
  const hex = text.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new RangeError(`not a UUID: ${text}`);
  return Buffer.from(hex, 'hex');
}
