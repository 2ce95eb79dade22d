import { openDialog } from '../store/actions.ts';
import { revertUnavailable } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { type Command, withDomain } from './command.ts';

export const createCommand: Command = {
  id: 'snapshot.create',
  group: 'Domain',
  label: () => 'Take snapshot…',
  title: 'Take a snapshot of the open domain…',
  shortcut: 'Mod+N',
  // A browser keeps Ctrl+N for a window of its own.
  alsoShortcut: 'Alt+N',
  applies: ({ domain }) => domain !== undefined,
  inMenu: ({ row }) => row?.kind !== 'snapshot',
  // What keeps a revert away keeps this away too: no connection, or something under way.
  unavailable: ({ state, domain }) => (domain ? revertUnavailable(state, domainKey(domain)) : 'No domain is open.'),
  run: withDomain((app, { hostId, uuid, name }) => {
    openDialog(app.store, { kind: 'create', hostId, uuid, domainName: name });
  }),
};
