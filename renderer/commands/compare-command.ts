import { openDialog } from '../store/actions.ts';
import { type Command, linked, onSnapshot, withSnapshot } from './command.ts';

export const compareCommand: Command = {
  id: 'snapshot.compare',
  group: 'Snapshot',
  label: () => 'Compare configuration…',
  title: 'Compare the configuration with the selected snapshot’s',
  shortcut: 'Mod+D',
  scope: 'history',
  applies: onSnapshot,
  unavailable: linked,
  run: withSnapshot((app, { hostId, uuid, name }, snapshot) => {
    openDialog(app.store, { kind: 'compare', hostId, uuid, domainName: name, snapshotName: snapshot.name });
  }),
};
