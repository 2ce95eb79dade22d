import { tellDifference } from '../../shared/config-diff/tell.ts';
import { formatCount } from '../../shared/format.ts';
import type { ConfigComparison, ConfigDifference } from '../../shared/schema.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import parts from '../ui/parts.module.css';
import styles from './compare.module.css';

const signs: Record<ConfigDifference['kind'], string> = { changed: '~', 'added since': '+', 'removed since': '−' };

/** The differences in words; `left` is the snapshot that the other side is compared with. */
export function ChangeTable({ comparison, left }: { comparison: ConfigComparison; left: string }) {
  const { changes, layered, with: other } = comparison;
  const right = typeof other === 'object' ? (other?.snapshot ?? null) : null;
  const since = right === null ? ' since' : '';
  return (
    <section className={styles.list} aria-label="Changes in words">
      <div className={styles.bar}>
        <h3>
          {changes.length === 0
            ? `No ${right === null ? 'changes' : 'differences'}${since}`
            : `${formatCount(changes.length, right === null ? 'change' : 'difference')}${since}`}
        </h3>
        {changes.length > 0 ? (
          <CopyButton text={changes.map((change) => tellDifference(change, right)).join('\n')} what="list of changes" />
        ) : null}
      </div>
      {changes.length > 0 ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={styles.table} tabIndex={0} aria-label="Table of changes">
          <table>
            <thead>
              <tr>
                <th scope="col">Setting</th>
                <th scope="col">
                  {right === null ? (
                    'In the snapshot'
                  ) : (
                    <>
                      In “<bdi>{left}</bdi>”
                    </>
                  )}
                </th>
                <th scope="col">
                  {right === null ? (
                    'Now'
                  ) : (
                    <>
                      In “<bdi>{right}</bdi>”
                    </>
                  )}
                </th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <tr key={change.label + change.snapshot + change.now} data-kind={change.kind.split(' ')[0]}>
                  <th scope="row">
                    <span className={styles.sign} aria-hidden="true">
                      {signs[change.kind]}
                    </span>
                    {change.label}
                  </th>
                  <td>{value(change, 'snapshot', right !== null)}</td>
                  <td>{value(change, 'now', right !== null)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      ) : null}
      {layered.length > 0 ? (
        <p className={styles.note}>
          {layered.length === 1 ? `Disk ${layered[0]} is` : `Disks ${layered.join(', ')} are`} on another overlay of the
          same chain{right === null ? ' now' : ' there'}, as snapshots and reverts leave it. That doesn’t count as a
          change.
        </p>
      ) : null}
    </section>
  );
}

function value(change: ConfigDifference, side: 'snapshot' | 'now', between: boolean) {
  const text = change[side];
  if (text) return <bdi>{text}</bdi>;
  const words = { changed: 'not set', 'added since': 'not there', 'removed since': between ? 'not there' : 'removed' }[
    change.kind
  ];
  return <span className={parts.dim}>{words}</span>;
}
