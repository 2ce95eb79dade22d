import { Plus, Search } from 'lucide-react';
import { commandById, contextOf, runCommand } from '../commands/context.ts';
import { changeSettings } from '../store/actions.ts';
import { sidebarWidths } from '../store/settings.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { Cross } from '../ui/cross.tsx';
import { focusHome } from '../ui/focus-home.ts';
import forms from '../ui/forms.module.css';
import { Splitter } from '../ui/splitter.tsx';
import { ChoiceBar } from './choice-bar.tsx';
import { DomainList } from './domain-list.tsx';
import { findsNothing } from './shown-lines.ts';
import styles from './sidebar.module.css';

/** The left side: the filter, every host with its domains, and how to add one. */
export function Sidebar() {
  const app = useApp();
  const { store } = app;
  const filter = useAppState((state) => state.domainFilter);
  const loaded = useAppState((state) => state.loaded);
  const hosts = useAppState((state) => state.hosts.length);
  const nothing = useAppState(findsNothing);
  const width = useAppState((state) => state.settings.sidebarWidth);
  const addHost = commandById('host.add');
  return (
    <nav className={styles.sidebar} aria-label="Hosts" style={width === null ? undefined : { width }}>
      <div className={styles.head}>
        <label className={forms.field}>
          <Search size={13} aria-hidden="true" />
          <input
            id="domain-filter"
            type="text"
            aria-label="Filter hosts and domains"
            placeholder="Filter hosts and domains"
            autoComplete="off"
            spellCheck={false}
            value={filter}
            onChange={(event) => store.setState({ domainFilter: event.target.value })}
            onKeyDown={(event) => {
              if (event.key === 'Escape' && filter) store.setState({ domainFilter: '' });
              if (event.key === 'ArrowDown') {
                event.preventDefault();
                const home = focusHome('domains');
                if (home !== true) home.focus();
              }
            }}
          />
          {filter ? (
            <Cross label="Clear the filter of hosts and domains" onClick={() => store.setState({ domainFilter: '' })} />
          ) : null}
        </label>
        <Button
          look="icon"
          aria-label="Add host"
          tip="Add host"
          onClick={() => runCommand(addHost, contextOf(app, null))}
        >
          <Plus size={15} aria-hidden="true" />
        </Button>
      </div>
      {nothing ? (
        <p className={styles.empty}>
          Nothing matches “{filter}”. The filter searches domain names, and names, groups and notes of hosts.
        </p>
      ) : null}
      {loaded && hosts === 0 ? <p className={styles.empty}>No hosts yet.</p> : null}
      <DomainList />
      <ChoiceBar />
      <Splitter
        label="Width of the list of domains"
        width={width ?? sidebarWidths.usual}
        limits={sidebarWidths}
        edge="right"
        resize={(sidebarWidth) => changeSettings(store, { sidebarWidth })}
        reset={() => changeSettings(store, { sidebarWidth: null })}
      />
    </nav>
  );
}
