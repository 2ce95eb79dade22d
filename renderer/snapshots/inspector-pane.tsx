import { useDeferredValue, useMemo } from 'react';
import { openDomain, openTree } from '../store/selectors.ts';
import { useAppState } from '../ui/context.tsx';
import { Fetched } from '../ui/fetched.tsx';
import parts from '../ui/parts.module.css';
import { SidePane, useSidePaneOpen } from '../ui/side-pane.tsx';
import styles from './inspector.module.css';
import { openDomainCode } from './later.ts';

/** What is selected; a moment later than in the history, which is drawn first. */
function useSelected() {
  const domain = useAppState(openDomain);
  const tree = useAppState(openTree);
  const selected = useAppState((state) => state.selectedRow);
  return useDeferredValue(useMemo(() => ({ domain, tree, selected }), [domain, tree, selected]));
}

/** The details of the selected snapshot; what was done to the domain has details of its own. */
export function InspectorPane() {
  const { domain, tree, selected } = useSelected();
  const isOpen = useSidePaneOpen();
  const elsewhere = useAppState((state) => state.domainTab === 'activity');
  if (!domain || !isOpen || elsewhere) return null;
  // While another domain's history is on its way the pane stays: nothing beside it moves.
  const row = selected === null ? undefined : tree?.byKey.get(selected);
  return (
    <SidePane className={styles.pane}>
      {row && tree ? (
        <Fetched code={openDomainCode} waiting={null}>
          {({ Inspector, HereInspector }) =>
            row.kind === 'snapshot' ? (
              <Inspector domain={domain} tree={tree} row={row} />
            ) : (
              <HereInspector domain={domain} row={row} />
            )
          }
        </Fetched>
      ) : (
        <p className={parts.dim}>{tree ? 'Select a snapshot to see what it holds.' : null}</p>
      )}
    </SidePane>
  );
}
