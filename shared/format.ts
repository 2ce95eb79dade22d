import type { DomainState, Snapshot, SnapshotState } from './schema.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const week = 7 * day;
const year = 365 * day;

/** Largest first; a duration shows the first unit that fits and the next one below it. */
const durationUnits = [
  { size: year, unit: 'y' },
  { size: day, unit: 'd' },
  { size: hour, unit: 'h' },
  { size: minute, unit: 'min' },
  { size: second, unit: 's' },
] as const;

// Not by Intl.DateTimeFormat: one that is made once keeps the time zone of then, and making one for each moment is slow.
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
] as const;
const byteUnits = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

const stateLabels: Record<SnapshotState, string> = {
  nostate: 'no state',
  running: 'running',
  blocked: 'blocked',
  paused: 'paused',
  shutdown: 'shutting down',
  shutoff: 'shut off',
  crashed: 'crashed',
  pmsuspended: 'suspended',
  unknown: 'unknown state',
  'disk-snapshot': 'not recorded',
};

/** A state in virsh's words: `shut off`, `running`. A disks-only snapshot doesn't record what its guest was doing. */
export function stateLabel(state: DomainState | SnapshotState): string {
  return stateLabels[state];
}

/** A span in its two largest units: `3 h 12 min`, `14 d 3 h`, `4 s`. Milliseconds; a negative span counts as 0. */
export function formatDuration(ms: number): string {
  const span = Math.max(0, ms);
  const index = durationUnits.findIndex(({ size }) => span >= size);
  const head = durationUnits[index];
  if (!head) return '0 s';
  const whole = Math.floor(span / head.size);
  const next = durationUnits[index + 1];
  // Days and more: a trailing hour is noise after a month.
  if (!next || (head.unit === 'd' && whole >= 30)) return `${whole} ${head.unit}`;
  const rest = Math.floor((span - whole * head.size) / next.size);
  return rest > 0 ? `${whole} ${head.unit} ${rest} ${next.unit}` : `${whole} ${head.unit}`;
}

/** The end of the year 9999: libvirt keeps any number as a time, and not every number is one. */
const LATEST = 253_402_300_799_999;

/** Whether a number can be a moment: milliseconds since 1970, and not before. */
export function isMoment(at: number): boolean {
  return at > 0 && at <= LATEST;
}

const unknownMoment = 'at an unknown time';

/** From so old on, an age is told in these units: the largest that fits. A month is a twelfth of a year. */
const ageUnits = [
  { from: 2 * year, size: year, unit: 'year' },
  { from: year / 2, size: year / 12, unit: 'month' },
  { from: 2 * week, size: week, unit: 'week' },
  { from: day, size: day, unit: 'day' },
] as const;

const dayUnit = { size: day, unit: 'day' } as const;
/** A week too many is much, where a span is rounded up: up to here it is told in days. */
const mostDays = 100 * day;

/**
 * How long, as one says it: `less than a minute`, `3 h 12 min`, `10 days`, `20 weeks`. Milliseconds.
 * @param round `up` where less must not be said than it is
 */
export function formatSpan(ms: number, round: 'down' | 'up' = 'down'): string {
  if (ms < minute) return 'less than a minute';
  const whole = (size: number) => Math[round === 'up' ? 'ceil' : 'floor'](ms / size);
  const long = round === 'up' && ms < mostDays && ms >= day ? dayUnit : ageUnits.find(({ from }) => ms >= from);
  return long ? formatCount(whole(long.size), long.unit) : formatDuration(whole(minute) * minute);
}

/** How long ago: `just now`, `3 h 12 min ago`, `20 weeks ago`. A moment ahead of this clock is said to be so. */
export function formatAge(at: number, now: number): string {
  if (!isMoment(at)) return unknownMoment;
  const age = now - at;
  if (age < -minute) return `${formatDuration(-age)} ahead of this clock`;
  return age < minute ? 'just now' : `${formatSpan(age)} ago`;
}

/** A moment for a narrow column: an age within a week, then the day, with its year unless it is this one. */
export function formatTaken(at: number, now: number): string {
  if (!isMoment(at)) return 'unknown';
  if (now - at < 7 * day) return formatAge(at, now);
  const date = new Date(at);
  const dayPart = `${date.getDate()} ${months[date.getMonth()]?.slice(0, 3)}`;
  return date.getFullYear() === new Date(now).getFullYear() ? dayPart : `${dayPart} ${date.getFullYear()}`;
}

/** A moment in full, in this machine's time zone: `23 November 2026, 09:02:10`. */
export function formatDateTime(at: number): string {
  if (!isMoment(at)) return unknownMoment;
  const date = new Date(at);
  return `${dayOf(date)}, ${timeOf(date)}:${twoDigits(date.getSeconds())}`;
}

/** A moment as one says it: `today 09:02`, `yesterday 17:40`, `12 March 2026, 09:02`. */
export function formatMoment(at: number, now: number): string {
  if (!isMoment(at)) return unknownMoment;
  const date = new Date(at);
  const time = timeOf(date);
  const daysBack = Math.round((startOfDay(now) - startOfDay(at)) / day);
  if (daysBack === 0) return `today ${time}`;
  if (daysBack === 1) return `yesterday ${time}`;
  return `${dayOf(date)}, ${time}`;
}

/** The day of a moment, as a heading: `Today`, `Yesterday`, `24 November`, with its year unless it is this one. */
export function formatDay(at: number, now: number): string {
  if (!isMoment(at)) return 'Unknown day';
  const daysBack = Math.round((startOfDay(now) - startOfDay(at)) / day);
  if (daysBack === 0) return 'Today';
  if (daysBack === 1) return 'Yesterday';
  const date = new Date(at);
  const dayAndMonth = `${date.getDate()} ${months[date.getMonth()]}`;
  return date.getFullYear() === new Date(now).getFullYear() ? dayAndMonth : dayOf(date);
}

/** The time of day of a moment: `09:02`. */
export function formatClock(at: number): string {
  return isMoment(at) ? timeOf(new Date(at)) : '–';
}

/** With a capital letter at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A size in binary units, at most one decimal: `640 MiB`, `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), byteUnits.length - 1);
  const value = Math.round((bytes / 1024 ** power) * 10) / 10;
  return `${value} ${byteUnits[power]}`;
}

/** libvirt's version number as people write it: 11003000 is `11.3.0`. */
export function formatVersion(version: number): string {
  return [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000].join('.');
}

/** `5,000`, for whole numbers. By hand: the first number that Intl writes costs a start some ten milliseconds. */
export function formatWhole(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 snapshot`, `5,000 domains`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${formatWhole(count)} ${count === 1 ? one : many}`;
}

/** How many snapshots a domain has; null for some that were not counted yet. */
export function formatSnapshots(count: number | null): string {
  return count === null ? 'snapshots not counted yet' : formatCount(count, 'snapshot');
}

/** What a snapshot can bring back: `disks`, `disks + memory`, `disks only`. */
export function holdsLabel(snapshot: Pick<Snapshot, 'kind' | 'memory' | 'state'>): string {
  const memory = snapshot.memory === 'internal' || snapshot.memory === 'external';
  if (snapshot.kind === 'none') return memory ? 'memory' : 'configuration';
  if (memory) return 'disks + memory';
  return snapshot.state === 'disk-snapshot' ? 'disks only' : 'disks';
}

function dayOf(date: Date): string {
  return `${date.getDate()} ${months[date.getMonth()]} ${date.getFullYear()}`;
}

function timeOf(date: Date): string {
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

function twoDigits(part: number): string {
  return `${part}`.padStart(2, '0');
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
