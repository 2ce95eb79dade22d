import { makeCurrentRefusal } from '../../shared/operations/metadata/make-current.ts';
import { openDialog } from '../store/actions.ts';
import { revertUnavailable } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import {
  type Command,
  type CommandContext,
  onDomain,
  onSnapshot,
  snapshotOf,
  withDomain,
  withSnapshot,
} from './command.ts';

/** What keeps a revert away keeps a change of metadata away too: no connection, or something under way. */
function busy({ state, domain }: CommandContext): string | null {
  return domain ? revertUnavailable(state, domainKey(domain)) : 'No domain is open.';
}

export const editCommand: Command = {
  id: 'snapshot.edit',
  group: 'Snapshot',
  label: () => 'Edit name and description…',
  title: 'Edit the selected snapshot’s name and description…',
  shortcut: 'F2',
  scope: 'history',
  applies: onSnapshot,
  unavailable: busy,
  run: withSnapshot((app, { hostId, uuid, name }, snapshot) => {
    openDialog(app.store, { kind: 'edit-snapshot', hostId, uuid, domainName: name, snapshotName: snapshot.name });
  }),
};

export const makeCurrentCommand: Command = {
  id: 'snapshot.make-current',
  group: 'Snapshot',
  label: () => 'Make current without reverting…',
  title: 'Make the selected snapshot the current one without reverting…',
  applies: onSnapshot,
  inMenu: (context) => !(context.row?.kind === 'snapshot' && context.row.current),
  unavailable: (context) => busy(context) ?? whyNotCurrent(context),
  run: withSnapshot((app, { hostId, uuid, name }, snapshot) => {
    openDialog(app.store, { kind: 'make-current', hostId, uuid, domainName: name, snapshotName: snapshot.name });
  }),
};

/** In a few words; the dialog of the main process says more. */
const shortReasons: Readonly<Record<string, string>> = {
  'already-current': 'It is the current snapshot.',
  'external-tree': 'Not possible with external snapshots: libvirt would later delete the wrong overlays.',
  'unknown-kind': 'libvirt describes a snapshot in a way that Snapkeel does not know.',
};

function whyNotCurrent(context: CommandContext): string | null {
  const snapshot = snapshotOf(context);
  const list = context.state.history?.list;
  const connection = context.host?.connection;
  if (connection?.status !== 'connected') return 'The host is not connected.';
  const refusal =
    snapshot && list
      ? makeCurrentRefusal({ ...list, snapshot, config: [], facts: { ...connection, offWithCheckpoints: null } })
      : null;
  return refusal ? (shortReasons[refusal.code] ?? refusal.text) : null;
}

export const exportCommand: Command = {
  id: 'domain.export-snapshots',
  group: 'Domain',
  label: () => 'Export snapshots…',
  title: 'Export the metadata of the domain’s snapshots…',
  applies: onDomain,
  unavailable: (context) =>
    notConnected(context) ?? (context.domain?.snapshotCount === 0 ? 'The domain has no snapshots.' : null),
  run: withDomain((app, { hostId, uuid, name }) => {
    openDialog(app.store, { kind: 'export-snapshots', hostId, uuid, domainName: name });
  }),
};

export const importCommand: Command = {
  id: 'domain.import-snapshots',
  group: 'Domain',
  label: () => 'Import snapshots…',
  title: 'Import metadata of snapshots into the domain…',
  applies: onDomain,
  unavailable: busy,
  run: withDomain((app, { hostId, uuid, name }) => {
    openDialog(app.store, { kind: 'import-snapshots', hostId, uuid, domainName: name });
  }),
};

/** Reading may go on beside whatever is done with the domain. */
function notConnected({ state, host }: CommandContext): string | null {
  if (state.link !== 'open') return 'Snapkeel’s backend is not reachable.';
  return host?.connection.status === 'connected' ? null : `${host?.name ?? 'The host'} is not connected.`;
}
