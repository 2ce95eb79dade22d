import { useEffect } from 'react';
import type { Domain, SnapshotSpan } from '../../shared/schema.ts';
import { type App, type DomainKey, domainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { useEnded, useLinked } from '../ui/use-asked.ts';

/** So many are asked for at a time: nobody waits behind what a table would like to know. */
const atOnce = 2;

type Task = () => Promise<void>;
const waiting: Task[] = [];
let running = 0;

function begin(): void {
  while (running < atOnce) {
    const task = waiting.shift();
    if (!task) return;
    running++;
    void task().finally(() => {
      running--;
      begin();
    });
  }
}

/** Puts a task behind others; whoever no longer wants it before its turn takes it out. */
function inTurn(task: Task): () => void {
  waiting.push(task);
  begin();
  return () => {
    const at = waiting.indexOf(task);
    if (at >= 0) waiting.splice(at, 1);
  };
}

/** What was asked for last of each domain: going over rows again asks for nothing that is known. */
const askedFor = new WeakMap<App, Map<DomainKey, string>>();

async function learn({ client, store }: App, { hostId, uuid }: Domain): Promise<void> {
  try {
    const span = await client.snapshots.span({ hostId, uuid });
    store.setState(({ spans }) => ({ spans: new Map(spans).set(domainKey({ hostId, uuid }), span) }));
  } catch (error) {
    console.warn(error); // it stays unknown
  }
}

/**
 * When the snapshots of a domain were taken, asked for while it is on show and whenever their number has changed. Undefined:
 * not known yet; null: there are too many to read.
 */
export function useSpan(domain: Domain): SnapshotSpan | null | undefined {
  const app = useApp();
  const key = domainKey(domain);
  const ended = useEnded(key);
  const linked = useLinked();
  const { snapshotCount } = domain;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when these change, and not with any other news
  useEffect(() => {
    if (!linked || snapshotCount === null) return undefined;
    const version = `${snapshotCount} ${ended}`;
    const asked = askedFor.get(app) ?? new Map<DomainKey, string>();
    askedFor.set(app, asked);
    if (asked.get(key) === version) return undefined;
    return inTurn(() => {
      asked.set(key, version);
      return learn(app, domain);
    });
  }, [key, linked, snapshotCount, ended]);
  return useAppState((state) => state.spans.get(key));
}
