import { formatCount } from '../../shared/format.ts';
import { askLabReset, showBatch } from '../lab/run.ts';
import { chooseDomains } from '../store/actions.ts';
import { chosenCounts, lastLabRun, liveBatch } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { available, type Command, type CommandContext, linked, onDomain } from './command.ts';

const chosenNow = ({ state, domain }: CommandContext) => domain !== undefined && state.chosen.has(domainKey(domain));
const anyChosen = ({ state }: CommandContext) => chosenCounts(state).domains > 0;

export const chooseCommand: Command = {
  id: 'domain.choose',
  group: 'Domain',
  label: (context) => (chosenNow(context) ? 'Select no longer' : 'Select for a lab reset'),
  title: 'Select the domain for a lab reset',
  applies: onDomain,
  unavailable: available,
  run: (context) => {
    const { app, domain } = context;
    if (domain) chooseDomains(app.store, [domainKey(domain)], !chosenNow(context));
  },
};

export const labCommands: readonly Command[] = [
  {
    id: 'lab.reset',
    group: 'Domain',
    label: ({ state }) => `Lab reset of ${formatCount(chosenCounts(state).domains, 'selected domain')}…`,
    title: 'Lab reset of the selected domains…',
    shortcut: 'Mod+Shift+L',
    danger: true,
    applies: anyChosen,
    inMenu: onDomain,
    unavailable: (context) =>
      linked(context) ?? (liveBatch(context.state) ? 'A lab reset is running. Wait for its end, or stop it.' : null),
    run: ({ app }) => askLabReset(app),
  },
  {
    id: 'lab.show',
    group: 'View',
    label: ({ state }) => (liveBatch(state) ? 'Show the running lab reset' : 'Report of the last lab reset'),
    applies: ({ state }) => lastLabRun(state) !== undefined,
    unavailable: available,
    run: ({ app, state }) => {
      const run = liveBatch(state) ?? lastLabRun(state);
      if (run) showBatch(app, run);
    },
  },
];
