import { TransportError } from './transport.ts';

/** Bounds of a libvirt packet's first word, its length in bytes: the header alone; VIR_NET_MESSAGE_MAX and the word. */
const PACKET_MIN = 28;
const PACKET_MAX = 33_554_436;

/**
 * Refuses a stream whose first bytes can't be libvirt's. Over an exec channel the remote shell's start-up files may print
 * before the helper does; the stream is then out of step for good, and the text is all there is to tell a person.
 */
export function refuseGarbage(first: Buffer): TransportError | undefined {
  const length = first.length < 4 ? 0 : first.readUInt32BE(0);
  if (length >= PACKET_MIN && length <= PACKET_MAX) return undefined;
  const text = printable(first);
  return new TransportError('STREAM_GARBAGE', `Something other than libvirt answered: "${text}"`, { text });
}

/** Bytes from a far side as one short line that is safe to show. */
export function printable(bytes: Buffer | string, limit = 300): string {
  const text = typeof bytes === 'string' ? bytes : bytes.subarray(0, limit * 4).toString('utf8');
  const line = text
    .replace(/\p{C}+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
}
