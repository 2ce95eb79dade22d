import { openDialog, pushNotice } from '../store/actions.ts';
import { tellCallFailed } from '../store/effects.ts';
import { hostById } from '../store/selectors.ts';
import { type Command, linked, onDomainNow, withDomain } from './command.ts';

export const consoleCommand: Command = {
  id: 'domain.console',
  group: 'Domain',
  label: () => 'Open console',
  title: 'Open the domain’s console in a viewer',
  applies: onDomainNow,
  unavailable: (context) => {
    const { domain, state } = context;
    if (!domain) return 'No domain is open.';
    if (hostById(state, domain.hostId)?.connection.status !== 'connected') return 'The host is not connected.';
    return linked(context) ?? (domain.id === null ? 'It is off, so it shows no console.' : null);
  },
  run: withDomain((app, { hostId, uuid, name }) => {
    app.client.console.open({ hostId, uuid }).then(
      (answer) => {
        if (answer.viewer === null) openDialog(app.store, { kind: 'console', domainName: name, answer });
        else pushNotice(app.store, { tone: 'done', title: `${name}: console opened in ${answer.viewer}`, lines: [] });
      },
      (error) => tellCallFailed(app, error),
    );
  }),
};
