import { pushNotice } from '../store/actions.ts';
import { tellCallFailed } from '../store/effects.ts';
import { openDomain } from '../store/selectors.ts';
import { type Command, linked } from './command.ts';

/** Of what others do to snapshots libvirt tells nothing: an edited description is found in the course of time, or by this. */
export const refreshCommand: Command = {
  id: 'view.refresh',
  group: 'View',
  label: () => 'Read its snapshots again',
  title: 'Read the open domain’s snapshots again',
  shortcut: 'F5',
  applies: ({ state }) => state.place?.kind === 'domain',
  unavailable: linked,
  run: ({ app, state }) => {
    const domain = openDomain(state);
    if (!domain) return;
    const { hostId, uuid, name } = domain;
    app.client.snapshots.refresh({ hostId, uuid }).then(
      () => pushNotice(app.store, { tone: 'done', title: `All snapshots of ${name} were read again.`, lines: [] }),
      (error) => tellCallFailed(app, error),
    );
  },
};
