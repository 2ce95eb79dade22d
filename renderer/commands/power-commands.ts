import { powerLabel, powerNeedsConfirming, powerRefusal } from '../../shared/operations/power/rules.ts';
import { type PowerAction, powerActions } from '../../shared/operations/words.ts';
import type { Domain } from '../../shared/schema.ts';
import { askPower } from '../operations/ask-power.ts';
import { operationOn, revertUnavailable } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { type Command, type CommandContext, onDomainNow, withDomain } from './command.ts';

/** A guest that was asked to shut down may be left waiting for: everything else goes on at once then. */
function busy({ state, domain }: CommandContext): string | null {
  if (!domain) return 'No domain is open.';
  const key = domainKey(domain);
  const operation = operationOn(state, key);
  const waits = operation?.kind === 'power' && operation.subject === 'shutdown' && operation.phase === 'working';
  return waits ? null : revertUnavailable(state, key);
}

const dots = (action: PowerAction, domain: Domain | undefined) =>
  domain && powerNeedsConfirming(action, domain) ? '…' : '';

function powerCommand(action: PowerAction): Command {
  return {
    id: `domain.${action}`,
    group: 'Domain',
    label: ({ domain }) => `${powerLabel(action)}${dots(action, domain)}`,
    title: `${powerLabel(action)} the domain`,
    ...(action === 'reset' || action === 'destroy' ? { danger: true } : {}),
    applies: onDomainNow,
    inMenu: (context) => onDomainNow(context) && (isAnswer(action, context) || !opposite(action, context)),
    unavailable: (context) => busy(context) ?? whyNot(action, context),
    run: withDomain((app, domain) => askPower(app, domain, action)),
  };
}

function whyNot(action: PowerAction, { domain }: CommandContext): string | null {
  return domain ? powerRefusal(action, domain.state) : null;
}

function isAnswer(action: PowerAction, context: CommandContext): boolean {
  return whyNot(action, context) === null;
}

/** Of those that undo each other, menus show the one that can be done. */
const pairs: Readonly<Partial<Record<PowerAction, readonly PowerAction[]>>> = {
  start: ['resume', 'suspend', 'shutdown'],
  resume: ['start', 'suspend'],
  suspend: ['start', 'resume'],
};

function opposite(action: PowerAction, context: CommandContext): boolean {
  return pairs[action]?.some((other) => isAnswer(other, context)) ?? false;
}

export const powerCommands: readonly Command[] = powerActions.map(powerCommand);

/** What a domain that does not run is most often wanted to do; none while it runs. */
export function naturalAction(domain: Domain): PowerAction | null {
  return (['start', 'resume'] as const).find((action) => powerRefusal(action, domain.state) === null) ?? null;
}
