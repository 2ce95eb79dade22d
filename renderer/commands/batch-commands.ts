import { batchWords } from '../../shared/batch-words.ts';
import { formatCount } from '../../shared/format.ts';
import { askBatch, showBatch } from '../batch/run.ts';
import { chooseDomains } from '../store/actions.ts';
import { chosenCounts, lastBatch, liveBatch } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { available, type Command, type CommandContext, linked, onDomain } from './command.ts';

const chosenNow = ({ state, domain }: CommandContext) => domain !== undefined && state.chosen.has(domainKey(domain));
const unlessOneRuns = (context: CommandContext) =>
  linked(context) ??
  (liveBatch(context.state) ? 'Another run is in progress. Wait until it is done, or stop it.' : null);
const anyChosen = ({ state }: CommandContext) => chosenCounts(state).domains > 0;

export const chooseCommand: Command = {
  id: 'domain.choose',
  group: 'Domain',
  label: (context) => (chosenNow(context) ? 'Deselect' : 'Select'),
  title: 'Select the domain, to change several at once',
  applies: onDomain,
  unavailable: available,
  run: (context) => {
    const { app, domain } = context;
    if (domain) chooseDomains(app.store, [domainKey(domain)], !chosenNow(context));
  },
};

export const batchCommands: readonly Command[] = [
  {
    id: 'lab.reset',
    group: 'Domain',
    label: ({ state }) => `Lab reset of ${formatCount(chosenCounts(state).domains, 'selected domain')}…`,
    title: 'Lab reset of the selected domains…',
    shortcut: 'Mod+Shift+L',
    danger: true,
    applies: anyChosen,
    inMenu: onDomain,
    unavailable: unlessOneRuns,
    run: ({ app }) => askBatch(app, 'lab-reset'),
  },
  {
    id: 'snapshot.create-each',
    group: 'Domain',
    label: ({ state }) => `Take snapshots of ${formatCount(chosenCounts(state).domains, 'selected domain')}…`,
    title: 'Take snapshots of the selected domains…',
    shortcut: 'Mod+Shift+S',
    applies: anyChosen,
    inMenu: onDomain,
    unavailable: unlessOneRuns,
    run: ({ app }) => askBatch(app, 'create-each'),
  },
  {
    id: 'batch.show',
    group: 'View',
    label: ({ state }) => {
      const live = liveBatch(state);
      const run = live ?? lastBatch(state);
      const name = run ? batchWords(run).name.toLowerCase() : '';
      return live ? `Show progress: ${name}` : `Last report: ${name}`;
    },
    applies: ({ state }) => lastBatch(state) !== undefined,
    unavailable: available,
    run: ({ app, state }) => {
      const run = liveBatch(state) ?? lastBatch(state);
      if (run) showBatch(app, run);
    },
  },
];
