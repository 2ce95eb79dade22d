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

export const compareTwoCommand: Command = {
  id: 'snapshot.compare-two',
  group: 'Snapshot',
  label: () => 'Compare with each other…',
  short: () => 'Compare…',
  title: 'Compare the configurations of two selected snapshots',
  shortcut: 'Mod+D',
  scope: 'history',
  applies: ({ chosen }) => chosen.length > 0,
  unavailable: (context) => linked(context) ?? (context.chosen.length === 2 ? null : 'Only two can be compared.'),
  run: ({ app, domain, chosen }) => {
    const [first, second] = [...chosen].sort((a, b) => a.createdAt - b.createdAt);
    if (!domain || !first || !second) return;
    const { hostId, uuid, name } = domain;
    const names = { snapshotName: first.name, other: second.name };
    openDialog(app.store, { kind: 'compare', hostId, uuid, domainName: name, ...names });
  },
};
