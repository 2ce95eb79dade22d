import { openDialog } from '../store/actions.ts';
import { revertUnavailable } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { type Command, onSnapshots, snapshotsOf } from './command.ts';

export const deleteCommand: Command = {
  id: 'snapshot.delete',
  group: 'Snapshot',
  label: (context) => {
    const snapshots = snapshotsOf(context);
    return snapshots.length > 1 ? `Delete ${snapshots.length} snapshots…` : 'Delete…';
  },
  short: (context) => `Delete ${snapshotsOf(context).length}…`,
  title: 'Delete the selected snapshots…',
  shortcut: 'Delete',
  alsoShortcut: 'Mod+Backspace',
  scope: 'history',
  danger: true,
  applies: onSnapshots,
  unavailable: ({ state, domain }) => (domain ? revertUnavailable(state, domainKey(domain)) : 'No domain is open.'),
  run: (context) => {
    const { app, domain } = context;
    const names = snapshotsOf(context).map(({ name }) => name);
    if (!domain || names.length === 0) return;
    openDialog(app.store, { kind: 'delete', hostId: domain.hostId, uuid: domain.uuid, domainName: domain.name, names });
  },
};
