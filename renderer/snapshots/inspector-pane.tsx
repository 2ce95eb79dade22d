import { type KeyboardEvent, type PointerEvent, useDeferredValue, useMemo } from 'react';
import { changeSettings, narrowWindow } from '../store/actions.ts';
import { openDomain, openTree } from '../store/selectors.ts';
import { clampInspectorWidth, inspectorWidths } from '../store/settings.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { Fetched } from '../ui/fetched.tsx';
import { useMediaQuery } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import styles from './inspector.module.css';
import { openDomainCode } from './later.ts';

const stepPx = 24;

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
  if (!domain || !(narrow ? drawerOpen : inspectorOpen)) return null;
  // While another domain's history is on its way the pane stays: nothing beside it moves.
  const row = selected === null ? undefined : tree?.byKey.get(selected);

  const resize = (width: number) => changeSettings(store, { inspectorWidth: clampInspectorWidth(width) });
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const from = event.clientX + inspectorWidth;
    handle.onpointermove = ({ clientX }) => resize(from - clientX);
    handle.onpointerup = () => {
      handle.onpointermove = null;
    };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: stepPx, ArrowRight: -stepPx }[event.key];
    if (step !== undefined) resize(inspectorWidth + step);
  };
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
        // biome-ignore lint/a11y/useSemanticElements: a window splitter, which <hr> can't be
        <div
          className={styles.splitter}
          role="separator"
          aria-orientation="vertical"
          aria-label="Width of the details"
          aria-valuenow={inspectorWidth}
          aria-valuemin={inspectorWidths.min}
          aria-valuemax={inspectorWidths.max}
          tabIndex={0}
          onPointerDown={onPointerDown}
          onKeyDown={onKeyDown}
          onDoubleClick={() => resize(inspectorWidths.usual)}
        />
      )}
      <div className={styles.scroll}>
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
      </div>
    </aside>
  );
}
