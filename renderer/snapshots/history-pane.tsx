import { formatCount } from '../../shared/format.ts';
import type { Domain } from '../../shared/schema.ts';
import type { DrawnRow } from '../../shared/tree-drawing.ts';
import { HostTrouble } from '../hosts/host-trouble.tsx';
import { useKeptPictures } from '../pictures/use-pictures.ts';
import { useKeptSizes, useMeasuredSelection } from '../sizes/use-sizes.ts';
import { filterSnapshots, retryHistory } from '../store/actions.ts';
import { drawnTree, hostById, openTree, shownRows } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import blocks from '../ui/blocks.module.css';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { useAfter } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { ProblemView } from '../ui/problem-view.tsx';
import styles from './history.module.css';
import { HistoryGrid } from './history-grid.tsx';
import { useNoWantedFocus } from './use-wanted-focus.ts';

const skeletonAfterMs = 150;
const noRows: readonly DrawnRow[] = [];

/** The history, or why there is none to see. What is known stays on show while it is asked for again. */
export function HistoryPane({ domain }: { domain: Domain }) {
  const { store } = useApp();
  useKeptPictures(domain);
  useKeptSizes(domain);
  useMeasuredSelection(domain);
  const host = useAppState((state) => hostById(state, domain.hostId));
  const history = useAppState((state) => (state.history?.key === domainKey(domain) ? state.history : null));
  const tree = useAppState(openTree);
  const drawn = useAppState(drawnTree);
  const filter = useAppState((state) => state.snapshotFilter);
  const rows = useAppState(shownRows) ?? noRows;
  useNoWantedFocus(tree && tree.rows.length > 1);
  const lost = useAppState((state) => state.link === 'lost');
  const loading = useAfter(skeletonAfterMs, history?.list == null);
  const connected = host?.connection.status === 'connected';

  const trouble = host && !connected ? <HostTrouble host={host} inline={history?.list != null} /> : null;
  if (!history?.list || !tree || !drawn) {
    if (trouble) return trouble;
    if (history?.problem) {
      return (
        <div className={blocks.empty} role="alert">
          <ProblemView problem={history.problem}>
            <Button onClick={() => retryHistory(store)}>Try again</Button>
          </ProblemView>
        </div>
      );
    }
    if (lost)
      return (
        <div className={blocks.empty} role="status">
          <h2>The snapshots are not known</h2>
          <p>Snapkeel’s backend is not reachable. They are shown once it answers.</p>
        </div>
      );
    return loading ? <Skeleton /> : <div className={parts.grow} />;
  }
  return (
    <>
      {trouble}
      {history.problem ? (
        <div className={blocks.strip} role="alert">
          <span>
            {history.problem.what} {history.problem.next}
          </span>
          <Button onClick={() => retryHistory(store)}>Try again</Button>
        </div>
      ) : null}
      {rows.length === 0 ? (
        <div className={blocks.empty}>
          <h2>No snapshot matches</h2>
          <p>
            None of the {formatCount(tree.rows.length - 1, 'snapshot')} fits “<bdi>{filter}</bdi>”.
          </p>
          <Button onClick={() => filterSnapshots(store, '')}>Clear the filter</Button>
        </div>
      ) : tree.rows.length === 1 && !filter ? (
        <div className={blocks.empty}>
          <h2>No snapshots</h2>
          <p>
            <bdi>{domain.name}</bdi> has nothing to revert to yet. Snapshots taken with virsh or another program appear
            here too.
          </p>
        </div>
      ) : (
        <HistoryGrid domain={domain} tree={tree} drawn={drawn} rows={rows} />
      )}
    </>
  );
}

function Skeleton() {
  return (
    <div className={styles.skeleton} role="status" aria-label="Asking libvirt for the snapshots">
      {['a', 'b', 'c', 'd', 'e'].map((row) => (
        <div key={row} className={styles.skeletonRow}>
          <i className={parts.bone} />
          <i className={parts.bone} />
          <i className={parts.bone} />
        </div>
      ))}
    </div>
  );
}
