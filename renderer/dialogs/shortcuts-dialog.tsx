import { commands } from '../commands/commands.ts';
import { contextOf } from '../commands/context.ts';
import { shortcutKeys } from '../commands/shortcuts.ts';
import { useApp } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import parts from '../ui/parts.module.css';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import styles from './dialogs.module.css';

/** Keys of the lists themselves, which are no commands. */
const listKeys = [
  { keys: ['↑ ↓', 'Home', 'End', 'PgUp', 'PgDn'], text: 'Move in a list' },
  { keys: ['←', '→'], text: 'Collapse or expand a host, a group or a branch' },
  { keys: [shortcutKeys('Mod+← →').join(' ')], text: 'Walk the cells of a row' },
  { keys: [shortcutKeys('Alt+↑ ↓').join(' ')], text: 'Move the host or group in the list' },
  { keys: ['Enter'], text: 'Open the domain or host' },
  { keys: ['Space'], text: 'Select a domain, all of a host or group, or one more snapshot' },
  { keys: [shortcutKeys('Shift+↑ ↓').join(' ')], text: 'Select several snapshots in a row' },
  { keys: [shortcutKeys('Mod+A').join(' ')], text: 'Select every listed domain or snapshot' },
  { keys: ['Shift+F10'], text: 'Menu of the row' },
  { keys: ['Enter'], text: 'In a column head: sort by it' },
  { keys: [shortcutKeys('Shift+← →').join(' ')], text: 'In a column head: narrower, wider' },
  { keys: ['a…z'], text: 'Go to a row by typing its name' },
  { keys: ['Esc'], text: 'Close, or cancel before a revert has started' },
];

/** Every key, read from the command table. */
export function ShortcutsDialog() {
  const app = useApp();
  const context = contextOf(app, null);
  const rows = commands.flatMap((command) => {
    const { shortcut, alsoShortcut, title } = command;
    if (!shortcut) return [];
    const keys = [shortcut, ...(alsoShortcut ? [alsoShortcut] : [])].map((it) => shortcutKeys(it).join(' '));
    return [{ keys, text: title ?? command.label(context) }];
  });
  return (
    <PlainDialog title="Keyboard shortcuts" className={styles.shortcuts}>
      <div className={dialogs.body}>
        <table>
          <thead className={parts.unseen}>
            <tr>
              <th scope="col">What it does</th>
              <th scope="col">Keys</th>
            </tr>
          </thead>
          <tbody>
            {[...rows, ...listKeys].map(({ keys, text }) => (
              <tr key={text}>
                <th scope="row">{text}</th>
                <td>
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </PlainDialog>
  );
}
