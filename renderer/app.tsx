import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';
import { useEffect } from 'react';
import styles from './app.module.css';
import { ContextMenu } from './commands/context-menu.tsx';
import { useShortcuts } from './commands/keyboard.ts';
import { DialogHost } from './dialogs/dialog-host.tsx';
import { Sidebar } from './domains/sidebar.tsx';
import { FileNotices } from './file-notices.tsx';
import { Middle } from './middle.tsx';
import { Notices } from './shell/notices.tsx';
import { StatusBar } from './shell/status-bar.tsx';
import { InspectorPane } from './snapshots/inspector-pane.tsx';
import { closeDialog } from './store/actions.ts';
import { windowTitle } from './store/selectors.ts';
import type { App as AppCore } from './store/store.ts';
import { TopBar } from './top-bar.tsx';
import { Contained, ContainedBy } from './ui/contained.tsx';
import { AppProvider, useApp, useAppState } from './ui/context.tsx';
import { Mark } from './ui/glyphs.tsx';
import { useNow } from './ui/hooks.ts';
import { PlainDialog } from './ui/plain-dialog.tsx';
import { BesideMiddle } from './ui/side-pane.tsx';
import { showTheme } from './ui/theme.ts';

/** The whole window. */
export function App({ app }: { app: AppCore }) {
  return (
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={350}>
        <AppProvider app={app}>
          <Contained what="The window">
            <Window />
          </Contained>
        </AppProvider>
      </Tooltip.Provider>
    </CSPProvider>
  );
}

function Window() {
  const app = useApp();
  const link = useAppState((state) => state.link);
  const theme = useAppState((state) => state.settings.theme);
  const title = useAppState(windowTitle);
  const now = useNow(60_000);
  useShortcuts(app);
  useEffect(() => {
    app.store.setState({ minute: Math.floor(now / 60_000) });
  }, [app, now]);
  useEffect(() => showTheme(theme), [theme]);
  useEffect(() => {
    document.title = title;
  }, [title]);
  if (link === 'locked') return <Locked />;
  return (
    <div className={styles.app} data-link={link}>
      <Contained what="The bar at the top">
        <TopBar />
      </Contained>
      {link === 'lost' ? <Lost /> : null}
      <FileNotices />
      <BesideMiddle>
        {(beside) => (
          <div className={styles.panes}>
            <Contained what="The list of domains">
              <Sidebar />
            </Contained>
            <main className={styles.middle}>
              <ContainedBy what="What is open" about={({ place }) => place}>
                <Middle />
              </ContainedBy>
            </main>
            <ContainedBy what="The details" about={({ selectedRow }) => selectedRow}>
              <InspectorPane />
            </ContainedBy>
            {beside}
          </div>
        )}
      </BesideMiddle>
      <Contained what="The bar at the bottom">
        <StatusBar />
        <Notices />
      </Contained>
      <ContextMenu />
      <ContainedBy
        what="This dialog"
        about={({ dialog }) => dialog}
        onGoOn={() => closeDialog(app.store)}
        instead={(account) => <PlainDialog title="Snapkeel">{account}</PlainDialog>}
      >
        <DialogHost />
      </ContainedBy>
    </div>
  );
}

function Lost() {
  const inElectron = window.snapkeel?.shell === 'electron';
  return (
    <div className={styles.lost} role="alert">
      Snapkeel’s backend is not reachable. You see the last known state, and nothing can be changed.{' '}
      {inElectron ? 'Start Snapkeel again.' : 'Trying again…'}
    </div>
  );
}

function Locked() {
  return (
    <main className={styles.locked}>
      <Mark />
      <h1>This page needs its link</h1>
      <p>
        Snapkeel only answers a page that was opened with the link printed by <code>npm start</code>. The link contains
        a token that is new at every start.
      </p>
      <p>Open that link again, from the terminal where Snapkeel runs.</p>
    </main>
  );
}
