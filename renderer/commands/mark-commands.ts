import { openDialog } from '../store/actions.ts';
import { tellCallFailed } from '../store/effects.ts';
import { isMarkedProtected, isPinned } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import {
  type Command,
  type CommandContext,
  linked,
  onDomain,
  onSnapshot,
  onSnapshots,
  snapshotOf,
  snapshotsOf,
  withDomain,
  withSnapshot,
} from './command.ts';

function protectedNow({ state, domain }: CommandContext): boolean {
  return domain !== undefined && isMarkedProtected(state, domainKey(domain));
}

function pinnedNow(context: CommandContext): boolean {
  const { state, domain } = context;
  const snapshot = snapshotOf(context);
  return domain !== undefined && snapshot !== undefined && isPinned(state, domain, snapshot.name);
}

export const pinCommand: Command = {
  id: 'snapshot.pin',
  group: 'Snapshot',
  label: (context) => (pinnedNow(context) ? 'Unpin' : 'Pin against deletion'),
  title: 'Pin or unpin the selected snapshot',
  applies: onSnapshot,
  unavailable: linked,
  run: withSnapshot((app, { hostId, uuid }, { name, createdAt }, context) => {
    app.client.marks
      .set({ kind: 'pinned', hostId, uuid, name, createdAt, on: !pinnedNow(context) })
      .then((marks) => app.store.setState({ marks }))
      .catch((error) => tellCallFailed(app, error));
  }),
};

export const tagCommand: Command = {
  id: 'snapshot.tag',
  group: 'Snapshot',
  label: ({ chosen }) => (chosen.length > 0 ? `Tags of ${chosen.length} snapshots…` : 'Tags…'),
  short: () => 'Tags…',
  title: 'Tags of the selected snapshots…',
  applies: onSnapshots,
  unavailable: linked,
  run: (context) => {
    const { app, domain } = context;
    const [first, ...others] = snapshotsOf(context).map(({ name, createdAt }) => ({ name, createdAt }));
    if (!domain || !first) return;
    const { hostId, uuid } = domain;
    const { name: snapshotName, createdAt } = first;
    if (others.length === 0) openDialog(app.store, { kind: 'tags', hostId, uuid, snapshotName, createdAt });
    else openDialog(app.store, { kind: 'tags-of-several', hostId, uuid, snapshots: [first, ...others] });
  },
};

export const protectCommand: Command = {
  id: 'domain.protect',
  group: 'Domain',
  label: (context) => (protectedNow(context) ? 'Remove protection' : 'Protect: ask for its name before a revert'),
  title: 'Protect or unprotect the domain',
  applies: onDomain,
  unavailable: linked,
  run: withDomain((app, { hostId, uuid }, context) => {
    app.client.marks
      .set({ kind: 'protected', hostId, uuid, on: !protectedNow(context) })
      .then((marks) => app.store.setState({ marks }))
      .catch((error) => tellCallFailed(app, error));
  }),
};
