import { Menu } from '@base-ui/react/menu';
import {
  Activity,
  ArrowLeft,
  ArrowRight,
  Check,
  Keyboard,
  Menu as MenuIcon,
  Monitor,
  Moon,
  Search,
  Settings,
  Sun,
} from 'lucide-react';
import { commandById, contextOf, runCommand } from './commands/context.ts';
import { shortcutKeys } from './commands/shortcuts.ts';
import { changeSettings } from './store/actions.ts';
import { stepFrom } from './store/places.ts';
import { countsSentence } from './store/selectors.ts';
import { type Theme, themes } from './store/settings.ts';
import styles from './top-bar.module.css';
import buttons from './ui/button.module.css';
import { Button } from './ui/button.tsx';
import { useApp, useAppState } from './ui/context.tsx';
import { focusHome } from './ui/focus-home.ts';
import { Mark } from './ui/glyphs.tsx';
import menus from './ui/menu.module.css';

const themeLooks: Record<Theme, { label: string; icon: typeof Sun }> = {
  system: { label: 'As the system', icon: Monitor },
  light: { label: 'Light', icon: Sun },
  dark: { label: 'Dark', icon: Moon },
};

/** The bar at the top: where one was, what can be found, and what is set for the whole window. */
export function TopBar() {
  const app = useApp();
  const counts = useAppState(countsSentence);
  const loaded = useAppState((state) => state.loaded);
  const palette = commandById('view.palette');
  const activity = commandById('view.activity');
  const atActivity = useAppState((state) => state.place?.kind === 'activity');
  const shortcuts = commandById('view.shortcuts');
  return (
    <header className={styles.bar}>
      <div className={styles.left}>
        <ListToggle />
        <div className={styles.brand}>
          <Mark />
          <span>Snapkeel</span>
        </div>
        <Steps />
      </div>
      <button type="button" className={styles.find} onClick={() => runCommand(palette, contextOf(app, null))}>
        <Search size={13} aria-hidden="true" />
        <span>{palette.label(contextOf(app, null))}</span>
        <kbd>{shortcutKeys(palette.shortcut ?? '').join(' ')}</kbd>
      </button>
      <div className={styles.right}>
        {loaded ? <span className={styles.counts}>{counts}</span> : null}
        <Button
          look="bare"
          className={styles.place}
          aria-label="Activity"
          aria-current={atActivity ? 'page' : undefined}
          tip="Activity of all hosts"
          onClick={() => runCommand(activity, contextOf(app, null))}
        >
          <Activity size={15} aria-hidden="true" />
        </Button>
        <Button
          look="bare"
          className={styles.folds}
          aria-label="Keyboard shortcuts"
          tip="Keyboard shortcuts"
          onClick={() => runCommand(shortcuts, contextOf(app, null))}
        >
          <Keyboard size={15} aria-hidden="true" />
        </Button>
        <Button
          look="bare"
          className={styles.folds}
          aria-label="Settings"
          tip="Settings"
          onClick={() => runCommand(commandById('app.settings'), contextOf(app, null))}
        >
          <Settings size={15} aria-hidden="true" />
        </Button>
        <ThemeMenu />
      </div>
    </header>
  );
}

/** Shows the list of domains where it has no room beside what is open. */
function ListToggle() {
  const { store } = useApp();
  const open = useAppState((state) => state.listOpen);
  const onClick = () => {
    store.setState({ listOpen: !open });
    if (open) return;
    setTimeout(() => {
      const home = focusHome('domains');
      if (home !== true) home.focus();
    });
  };
  return (
    <Button
      look="bare"
      className={styles.list}
      aria-label="Hosts and domains"
      aria-expanded={open}
      aria-controls="domain-list"
      onClick={onClick}
    >
      <MenuIcon size={16} aria-hidden="true" />
    </Button>
  );
}

/** Back and forward. */
function Steps() {
  const app = useApp();
  const back = useAppState((state) => stepFrom(state, -1) !== null);
  const forward = useAppState((state) => stepFrom(state, 1) !== null);
  const steps = [
    { id: 'view.back', Icon: ArrowLeft, can: back },
    { id: 'view.forward', Icon: ArrowRight, can: forward },
  ];
  return steps.map(({ id, Icon, can }) => {
    const command = commandById(id);
    const context = contextOf(app, null);
    const keys = shortcutKeys(command.shortcut ?? '').join(' ');
    return (
      <Button
        key={id}
        look="bare"
        className={styles.step}
        aria-label={command.label(context)}
        disabled={!can}
        tip={`${command.label(context)} (${keys})`}
        onClick={() => runCommand(command, contextOf(app, null))}
      >
        <Icon size={15} aria-hidden="true" />
      </Button>
    );
  });
}

function ThemeMenu() {
  const { store } = useApp();
  const theme = useAppState((state) => state.settings.theme);
  const Icon = themeLooks[theme].icon;
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger className={buttons.button} data-look="bare" aria-label="Theme">
        <Icon size={15} aria-hidden="true" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={menus.place} sideOffset={4} align="end">
          <Menu.Popup className={menus.menu}>
            <Menu.RadioGroup value={theme} onValueChange={(value: Theme) => changeSettings(store, { theme: value })}>
              {themes.map((it) => (
                <Menu.RadioItem key={it} value={it} className={menus.item} closeOnClick>
                  <Menu.RadioItemIndicator className={menus.check} keepMounted>
                    <Check size={13} aria-hidden="true" />
                  </Menu.RadioItemIndicator>
                  <span className={menus.label}>{themeLooks[it].label}</span>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
