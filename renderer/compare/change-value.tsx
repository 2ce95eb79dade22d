import type { ConfigDifference } from '../../shared/schema.ts';

/** What a difference is: the two values with an arrow, or the one with the sign of its coming or going. */
export function ChangeValue({ change: { kind, snapshot, now } }: { change: ConfigDifference }) {
  if (kind === 'added since')
    return (
      <span className="came">
        <span aria-hidden="true">+ </span>
        <span className="unseen">added since: </span>
        <bdi>{now}</bdi>
      </span>
    );
  if (kind === 'removed since')
    return (
      <span className="went">
        <span aria-hidden="true">− </span>
        <span className="unseen">removed since: </span>
        <bdi>{snapshot}</bdi>
      </span>
    );
  return (
    <>
      <bdi className="went">{snapshot || 'not set'}</bdi> <span aria-hidden="true">→</span>
      <span className="unseen"> became </span> <bdi className="came">{now || 'not set'}</bdi>
    </>
  );
}
