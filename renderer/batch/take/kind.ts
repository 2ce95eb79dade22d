import { draftFor } from '../../../shared/operations/create/draft.ts';
import { createType } from '../../../shared/operations/create/type.ts';
import { nameByPattern } from '../../../shared/safety-names.ts';
import type { CreateFacts } from '../../../shared/schema.ts';
import type { BatchKind } from '../kind.ts';

/** What the snapshots of all of them are to be. */
export interface TakeOptions {
  /** `{date}`, `{time}` and `{domain}` are filled in. */
  readonly namePattern: string;
  readonly description: string;
  /** With the memory of guests that are on, wherever it can be kept. */
  readonly memory: boolean;
  /** Guest agents freeze the file systems, where they can and it matters. */
  readonly quiesce: boolean;
}

/** @param now that the names are made of; milliseconds since 1970 */
export function takeKind(namePattern: string, now: number): BatchKind<typeof createType, TakeOptions> {
  return {
    type: createType,
    none: 'No snapshot can be taken this way',
    first: () => ({ namePattern, description: '', memory: true, quiesce: true }),
    choice(options, { facts }) {
      const draft = draftFor(facts, nameOf(options, facts, now), options.memory ? 'memory' : 'disks');
      return { ...draft, description: options.description, quiesce: draft.quiesce && options.quiesce };
    },
    weigh({ verdict, warnings, unknown }) {
      const [first] = [...warnings, ...unknown];
      return { verdict: verdict === 'safe' ? 'safe' : 'risky', why: first?.text ?? null };
    },
    consents(rows) {
      const warned = rows.filter(({ verdict }) => verdict === 'risky').length;
      if (warned === 0) return [];
      const text = `Also take the ${warned === 1 ? 'one' : warned} with a warning`;
      return [{ by: 'button', look: 'warning', text, missing: 'Agree to the warnings, or leave those domains out' }];
    },
  };
}

/** As it was typed but for what a name cannot hold. One that is taken stays: the snapshot is not to get another name unseen. */
function nameOf({ namePattern }: TakeOptions, { name }: CreateFacts, now: number): string {
  return nameByPattern(namePattern, { domain: name }, now, new Set()) ?? '';
}
