import { Menu } from '@base-ui/react/menu';
import { Activity, Check, Keyboard, Monitor, Moon, Search, Settings, Sun } from 'lucide-react';
import { formatCount } from '../shared/format.ts';
import { commandById, contextOf, runCommand } from './commands/context.ts';
import { shortcutKeys } from './commands/shortcuts.ts';
import { changeSettings } from './store/actions.ts';
import { type Theme, themes } from './store/settings.ts';
import styles from './top-bar.module.css';
import buttons from './ui/button.module.css';
import { Button } from './ui/button.tsx';
import { useApp, useAppState } from './ui/context.tsx';
import { Mark } from './ui/glyphs.tsx';
import menus from './ui/menu.module.css';

const themeLooks: Record<Theme, { label: string; icon: typeof Sun }> = {
  system: { label: 'As the system', icon: Monitor },
  light: { label: 'Light', icon: Sun },
  dark: { label: 'Dark', icon: Moon },
};

export function TopBar() {
  const app = useApp();
  const hosts = useAppState((state) => state.hosts.length);
  const domains = useAppState((state) => state.domains.size);
  const loaded = useAppState((state) => state.loaded);
  const palette = commandById('view.palette');
  const activity = commandById('view.activity');
  const atActivity = useAppState((state) => state.place?.kind === 'activity');
  const shortcuts = commandById('view.shortcuts');
  return (
    <header className={styles.bar}>
      <div className={styles.brand}>
        <Mark />
        Snapkeel
      </div>
      <button type="button" className={styles.find} onClick={() => runCommand(palette, contextOf(app, null))}>
        <Search size={13} aria-hidden="true" />
        <span>{palette.label(contextOf(app, null))}</span>
        <kbd>{shortcutKeys(palette.shortcut ?? '').join(' ')}</kbd>
      </button>
      <div className={styles.right}>
        {loaded ? (
          <span className={styles.counts}>
            {formatCount(hosts, 'host')} · {formatCount(domains, 'domain')}
          </span>
        ) : null}
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
          aria-label="Keyboard shortcuts"
          tip="Keyboard shortcuts"
          onClick={() => runCommand(shortcuts, contextOf(app, null))}
        >
          <Keyboard size={15} aria-hidden="true" />
        </Button>
        <Button
          look="bare"
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
