import { formatCount } from './format.ts';
import type { Batch, OperationKind } from './schema.ts';

/** What the same change of several domains is called. */
export interface BatchWords {
  readonly name: string;
  /** Before the domains, while it runs. */
  readonly doing: string;
  /** Of a domain where it went well. */
  readonly done: string;
  /** So many of what is done. */
  readonly count: (n: number) => string;
}

const words: Readonly<Partial<Record<OperationKind, BatchWords>>> = {
  revert: { name: 'Lab reset', doing: 'Reverting', done: 'reverted', count: (n) => formatCount(n, 'domain') },
  create: { name: 'Snapshots', doing: 'Taking snapshots of', done: 'taken', count: String },
};
const ofAnyOther: BatchWords = { name: 'Several domains', doing: 'Changing', done: 'done', count: String };

export function batchWords({ kind }: Pick<Batch, 'kind'>): BatchWords {
  return words[kind] ?? ofAnyOther;
}
