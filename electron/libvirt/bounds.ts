/**
 * A number of bytes, of things or of milliseconds as a host tells it, without a fraction; null where it is none that can be
 * counted with, so that it counts as not known.
 */
export function countOf(told: unknown, most = Number.MAX_SAFE_INTEGER): number | null {
  if (typeof told === 'string' ? told.trim() === '' : typeof told !== 'bigint' && typeof told !== 'number') return null;
  const number = Math.floor(Number(told));
  return number >= 0 && number <= most ? number : null;
}
