import { createContext, type ReactNode, useContext, useState } from 'react';
import { createPortal } from 'react-dom';
import { areDetailsShown, changeSettings, narrowWindow } from '../store/actions.ts';
import { inspectorWidths } from '../store/settings.ts';
import { useApp, useAppState } from './context.tsx';
import { useMediaQuery } from './hooks.ts';
import styles from './side-pane.module.css';
import { Splitter } from './splitter.tsx';

/** Whether the pane at the right is open: beside the middle, or over it in a narrow window. */
export function useSidePaneOpen(): boolean {
  useMediaQuery(narrowWindow); // drawn anew when the window becomes narrow or wide
  return useAppState(areDetailsShown);
}

/** The pane at the right: its width is set at its edge, and it lies over the middle in a narrow window. */
export function SidePane({ className = '', children }: { className?: string | undefined; children: ReactNode }) {
  const { store } = useApp();
  const narrow = useMediaQuery(narrowWindow);
  const { inspectorWidth } = useAppState((state) => state.settings);
  const resize = (width: number) => changeSettings(store, { inspectorWidth: width });
  return (
    <aside
      className={narrow ? `${styles.pane} ${styles.drawer}` : styles.pane}
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
      <div className={`${styles.scroll} ${className}`}>{children}</div>
    </aside>
  );
}

const Place = createContext<HTMLElement | null>(null);

/** Gives what is in the middle a place beside it. */
export function BesideMiddle({ children }: { children: (slot: ReactNode) => ReactNode }) {
  const [place, setPlace] = useState<HTMLElement | null>(null);
  return <Place value={place}>{children(<div ref={setPlace} className={styles.slot} />)}</Place>;
}

/** The pane at the right for a view that stands in the middle; nothing while it is closed. */
export function ViewPane({ children }: { children: ReactNode }) {
  const place = useContext(Place);
  const isOpen = useSidePaneOpen();
  return place && isOpen ? createPortal(<SidePane>{children}</SidePane>, place) : null;
}
