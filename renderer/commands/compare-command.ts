import { openDialog } from '../store/actions.ts';
import { type Command, linked, snapshotOf } from './command.ts';

export const compareCommand: Command = {
  id: 'snapshot.compare',
  group: 'Snapshot',
  label: () => 'Compare configuration…',
  title: 'Compare the configuration with the selected snapshot’s',
  shortcut: 'Mod+D',
  scope: 'history',
  applies: (context) => snapshotOf(context) !== undefined,
  unavailable: linked,
  run: (context) => {
    const { app, domain } = context;
    const snapshot = snapshotOf(context);
    if (!domain || !snapshot) return;
    const { hostId, uuid, name } = domain;
    openDialog(app.store, { kind: 'compare', hostId, uuid, domainName: name, snapshotName: snapshot.name });
  },
};
