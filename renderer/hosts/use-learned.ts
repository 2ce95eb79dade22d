import { useEffect } from 'react';
import type { Domain } from '../../shared/schema.ts';
import { type App, type DomainKey, domainKey } from '../store/store.ts';
import { useApp } from '../ui/context.tsx';
import { useEnded, useFree, useLinked } from '../ui/use-asked.ts';
import { inTurn } from './in-turn.ts';

/** Something of a domain that libvirt is asked for while its row is on show. */
interface Subject {
  /** What it depends on: it is asked for again when this changes. Null: there is nothing to ask for. */
  readonly version: (domain: Domain) => string | null;
  /** Puts the answer into the store. */
  readonly learn: (app: App, domain: Domain, key: DomainKey) => Promise<void>;
  /** What was asked for last of each domain: going over rows again asks for nothing that is known. */
  readonly asked: WeakMap<App, Map<DomainKey, string>>;
}

/** When the snapshots of a domain were taken. */
const span: Subject = {
  version: ({ snapshotCount }) => (snapshotCount === null ? null : `${snapshotCount}`),
  learn: async ({ client, store }, { hostId, uuid }, key) => {
    const found = await client.snapshots.span({ hostId, uuid });
    store.setState(({ spans }) => ({ spans: new Map(spans).set(key, found) }));
  },
  asked: new WeakMap(),
};

/** What they take up: overlays grow while a guest runs, so starts and stops count. */
const total: Subject = {
  version: ({ snapshotCount, state }) =>
    snapshotCount === null || snapshotCount === 0 ? null : `${snapshotCount} ${state}`,
  learn: async ({ client, store }, { hostId, uuid }, key) => {
    const found = await client.sizes.total({ hostId, uuid });
    if (found.status === 'busy') return; // asked again once that has ended
    const known = found.status === 'told' ? found.total : null;
    // Of one that is opened all is known, however many they are.
    store.setState(({ sizeTotals }) => ({
      sizeTotals: new Map(sizeTotals).set(key, known ?? sizeTotals.get(key) ?? null),
    }));
  },
  asked: new WeakMap(),
};

/** Learns, in turn with other rows, when the snapshots of a domain were taken. */
export function useLearnedSpan(domain: Domain): void {
  useLearned(span, domain, useLinked());
}

/** The same of what they take up; not while the domain is being changed. */
export function useLearnedTotal(domain: Domain): void {
  useLearned(total, domain, useFree(domainKey(domain)));
}

function useLearned(subject: Subject, domain: Domain, when: boolean): void {
  const app = useApp();
  const key = domainKey(domain);
  const ended = useEnded(key);
  const version = subject.version(domain);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when these change, and not with any other news
  useEffect(() => {
    if (!when || version === null) return undefined;
    const wanted = `${version} ${ended}`;
    const asked = subject.asked.get(app) ?? new Map<DomainKey, string>();
    subject.asked.set(app, asked);
    if (asked.get(key) === wanted) return undefined;
    return inTurn(async () => {
      asked.set(key, wanted);
      try {
        await subject.learn(app, domain, key);
      } catch (error) {
        console.warn(error); // it stays unknown
      }
    });
  }, [key, when, version, ended]);
}
