import { useDeferredValue, useMemo } from 'react';
import { changeSettings, narrowWindow } from '../store/actions.ts';
import { openDomain, openTree } from '../store/selectors.ts';
import { inspectorWidths } from '../store/settings.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { Fetched } from '../ui/fetched.tsx';
import { useMediaQuery } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { Splitter } from '../ui/splitter.tsx';
import styles from './inspector.module.css';
import { openDomainCode } from './later.ts';

/** What is selected; a moment later than in the history, which is drawn first. */
function useSelected() {
  const domain = useAppState(openDomain);
  const tree = useAppState(openTree);
  const selected = useAppState((state) => state.selectedRow);
  return useDeferredValue(useMemo(() => ({ domain, tree, selected }), [domain, tree, selected]));
}

/** The right side: beside the history, or over it in a narrow window. */
export function InspectorPane() {
  const { store } = useApp();
  const narrow = useMediaQuery(narrowWindow);
  const { domain, tree, selected } = useSelected();
  const { inspectorOpen, inspectorWidth } = useAppState((state) => state.settings);
  const drawerOpen = useAppState((state) => state.drawerOpen);
  if (!domain || !tree || tree.rows.length === 1 || !(narrow ? drawerOpen : inspectorOpen)) return null;
  const row = selected === null ? undefined : tree.byKey.get(selected);

  const resize = (width: number) => changeSettings(store, { inspectorWidth: width });
  return (
    <aside
      className={narrow ? `${styles.inspector} ${styles.drawer}` : styles.inspector}
      aria-label="Details"
      style={narrow ? undefined : { width: inspectorWidth }}
      onKeyDown={(event) => {
        if (narrow && event.key === 'Escape') store.setState({ drawerOpen: false });
      }}
    >
      {narrow ? null : (
        <Splitter
          label="Width of the details"
          width={inspectorWidth}
          limits={inspectorWidths}
          edge="left"
          resize={resize}
          reset={() => resize(inspectorWidths.usual)}
        />
      )}
      <div className={styles.scroll}>
        {row ? (
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
          <p className={parts.dim}>Select a snapshot to see what it holds.</p>
        )}
      </div>
    </aside>
  );
}
