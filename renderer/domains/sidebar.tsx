import { Menu } from '@base-ui/react/menu';
import { Plus } from 'lucide-react';
import { commandById, contextOf, runCommand } from '../commands/context.ts';
import { commandIcons } from '../commands/icons.ts';
import { changeSettings } from '../store/actions.ts';
import { sidebarWidths } from '../store/settings.ts';
import buttons from '../ui/button.module.css';
import { useApp, useAppState } from '../ui/context.tsx';
import menus from '../ui/menu.module.css';
import { Splitter } from '../ui/splitter.tsx';
import { ChoiceBar } from './choice-bar.tsx';
import { DomainList } from './domain-list.tsx';
import { FilterField } from './filter-field.tsx';
import { findsNothing } from './shown-lines.ts';
import styles from './sidebar.module.css';

/** The left side: the filter, every host with its domains, and how to add one. In a very narrow window it is a drawer. */
export function Sidebar() {
  const { store } = useApp();
  const filter = useAppState((state) => state.domainFilter);
  const loaded = useAppState((state) => state.loaded);
  const hosts = useAppState((state) => state.hosts.length);
  const nothing = useAppState(findsNothing);
  const open = useAppState((state) => state.listOpen);
  const width = useAppState((state) => state.settings.sidebarWidth);
  const close = () => store.setState({ listOpen: false });
  return (
    <>
      <nav
        id="domain-list"
        className={styles.sidebar}
        aria-label="Hosts"
        data-open={open || undefined}
        style={width === null ? undefined : { width }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && open && !event.defaultPrevented) close();
        }}
      >
        <div className={styles.head}>
          <FilterField />
          <AddMenu />
        </div>
        {nothing ? (
          <p className={styles.empty}>
            Nothing matches “{filter}”. The filter searches domain names, and names, groups and notes of hosts.
          </p>
        ) : null}
        {loaded && hosts === 0 ? <p className={styles.empty}>Hosts and their domains appear here.</p> : null}
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
      {open ? <div className={styles.veil} onPointerDown={close} aria-hidden="true" /> : null}
    </>
  );
}

const ways = ['host.add', 'view.connect', 'host.add-demo', 'host.import'];

/** The ways to more hosts. */
function AddMenu() {
  const app = useApp();
  const context = contextOf(app, null);
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={buttons.button} data-look="icon" aria-label="Add host">
        <Plus size={15} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={menus.place} sideOffset={4} align="end">
          <Menu.Popup className={menus.menu}>
            {ways.map(commandById).map((command) => {
              const Icon = commandIcons[command.id];
              return (
                <Menu.Item
                  key={command.id}
                  className={menus.item}
                  // The menu gives the focus back first; then a dialog may take it.
                  onClick={() => setTimeout(() => runCommand(command, contextOf(app, null)))}
                >
                  <span className={menus.icon} aria-hidden="true">
                    {Icon ? <Icon size={14} /> : null}
                  </span>
                  <span className={menus.label}>{command.label(context)}</span>
                </Menu.Item>
              );
            })}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
