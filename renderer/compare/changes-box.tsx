import { formatCount } from '../../shared/format.ts';
import type { ConfigComparison, Domain, Snapshot } from '../../shared/schema.ts';
import { openDialog } from '../store/actions.ts';
import { useApp } from '../ui/context.tsx';
import parts from '../ui/parts.module.css';
import { ChangeValue } from './change-value.tsx';
import styles from './changes-box.module.css';
import { useComparison } from './use-comparison.ts';

const mostShown = 4;

/** In the details of a snapshot: how much the domain's configuration has changed since, and the way to see it all. */
export function ChangesBox({ domain, snapshot }: { domain: Domain; snapshot: Snapshot }) {
  const { hostId, uuid } = domain;
  const result = useComparison({ hostId, uuid, name: snapshot.name }, 'live', snapshot.createdAt);
  return (
    <section
      className={styles.changes}
      aria-label="Configuration changes since"
      aria-busy={result.status === 'loading'}
    >
      {result.status === 'loading' ? <p className={styles.note}>Comparing the configuration…</p> : null}
      {result.status === 'failed' ? <p className={styles.note}>{result.problem.what}</p> : null}
      {result.status === 'ready' ? <Known comparison={result.value} domain={domain} snapshot={snapshot} /> : null}
    </section>
  );
}

interface KnownProps {
  comparison: ConfigComparison;
  domain: Domain;
  snapshot: Snapshot;
}

function Known({ comparison: { with: side, changes, counts }, domain, snapshot }: KnownProps) {
  const { store } = useApp();
  if (side === null) return <p className={styles.note}>libvirt stores no configuration with this snapshot.</p>;
  const { hostId, uuid, name } = domain;
  const compare = () =>
    openDialog(store, { kind: 'compare', hostId, uuid, domainName: name, snapshotName: snapshot.name });
  const shown = changes.length > mostShown ? changes.slice(0, mostShown - 1) : changes;
  const later = side === 'live' && counts.inactive !== null && counts.inactive !== counts.live ? counts.inactive : null;
  return (
    <>
      <div className={styles.head}>
        <h3>
          {changes.length === 0 ? 'No configuration changes' : formatCount(changes.length, 'configuration change')}
        </h3>
        <button type="button" className={parts.link} onClick={compare}>
          Compare
        </button>
      </div>
      {shown.length > 0 ? (
        <ul>
          {shown.map((change) => (
            <li key={change.label + change.snapshot + change.now}>
              <span className={styles.label}>{change.label}</span> <ChangeValue change={change} />
            </li>
          ))}
          {changes.length > shown.length ? (
            <li className={parts.dim}>and {changes.length - shown.length} more</li>
          ) : null}
        </ul>
      ) : null}
      {later === null ? null : (
        <p className={styles.note}>
          At the next start: {later === 0 ? 'no changes' : formatCount(later, 'change')} since this snapshot
        </p>
      )}
    </>
  );
}
