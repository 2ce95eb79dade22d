import { app, Menu, type MenuItemConstructorOptions, nativeTheme } from 'electron';
import type { MenuCommand, WindowState } from '../../shared/schema.ts';
import { visible } from '../../shared/visible.ts';

/** Puts the window's commands into the platform's usual menu, and its theme into what the system draws. */
export function presentWindow({ theme, commands }: WindowState, choose: (id: string) => void): void {
  nativeTheme.themeSource = theme;
  const rows = (group: MenuCommand['group']) =>
    commands.filter((each) => each.group === group).map((each) => commandRow(each, choose));
  Menu.setApplicationMenu(Menu.buildFromTemplate(template(rows)));
}

/** The menu before the window has told of its commands. */
export function setFirstMenu(): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(template(() => [])));
}

function template(rows: (group: MenuCommand['group']) => MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  const own = (['Snapshot', 'Domain', 'Host'] as const).map((group): MenuItemConstructorOptions => {
    const found = rows(group);
    const nothing = { label: `No ${group.toLowerCase()} is selected`, enabled: false };
    return { label: group, submenu: found.length > 0 ? found : [nothing] };
  });
  return [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    { role: 'fileMenu' },
    { role: 'editMenu' },
    ...own,
    {
      label: 'View',
      submenu: [
        ...rows('View'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
      ],
    },
    { role: 'windowMenu' },
  ];
}

/** The page hears the keys first and acts on them itself: the menu only shows them. */
function commandRow({ id, label, shortcut, enabled }: MenuCommand, choose: (id: string) => void) {
  return {
    id,
    label: visible(label).replaceAll('&', '&&'), // alone it would underline the next letter
    enabled,
    click: () => choose(id),
    ...(shortcut === null
      ? {}
      : { accelerator: shortcut.replace('Mod', 'CmdOrCtrl').replace('Arrow', ''), registerAccelerator: false }),
  } satisfies MenuItemConstructorOptions;
}
