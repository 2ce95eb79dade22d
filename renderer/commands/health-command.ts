import { showTab } from '../store/actions.ts';
import { available, type Command } from './command.ts';

export const healthCommand: Command = {
  id: 'view.health',
  group: 'View',
  label: () => 'Show the health of its snapshots',
  title: 'Show the health of the open domain’s snapshots',
  shortcut: 'Mod+Shift+H',
  applies: ({ state }) => state.place?.kind === 'domain',
  unavailable: available,
  run: ({ app }) => showTab(app.store, 'health'),
};
