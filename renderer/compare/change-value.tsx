import type { ConfigDifference } from '../../shared/schema.ts';
import parts from '../ui/parts.module.css';

/** What a difference is: the two values with an arrow, or the one with the sign of its coming or going. */
export function ChangeValue({ change: { kind, snapshot, now } }: { change: ConfigDifference }) {
  if (kind === 'added since')
    return (
      <span className={parts.came}>
        <span aria-hidden="true">+ </span>
        <span className={parts.unseen}>added since: </span>
        <bdi>{now}</bdi>
      </span>
    );
  if (kind === 'removed since')
    return (
      <span className={parts.went}>
        <span aria-hidden="true">− </span>
        <span className={parts.unseen}>removed since: </span>
        <bdi>{snapshot}</bdi>
      </span>
    );
  return (
    <>
      <bdi className={parts.went}>{snapshot || 'not set'}</bdi> <span aria-hidden="true">→</span>
      <span className={parts.unseen}> became </span> <bdi className={parts.came}>{now || 'not set'}</bdi>
    </>
  );
}
