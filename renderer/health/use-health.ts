import { useCallback, useEffect, useState } from 'react';
import type { Domain, HealthReport, Problem } from '../../shared/schema.ts';
import { hostById } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { lastOf } from '../ui/asking.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { useAsked, useEnded, useFree, useListed } from '../ui/use-asked.ts';

/** A domain that is only passed by is not looked at, and of several changes in a row only the last counts. */
const settleMs = 700;

export interface Health {
  /** The last that is known; null until something is. */
  readonly report: HealthReport | null;
  /** When that was; milliseconds since 1970. */
  readonly at: number;
  readonly problem: Problem | null;
  readonly busy: boolean;
  readonly refresh: () => void;
}

/**
 * What is not as it should be with the open domain's snapshots. Looked at when the domain is opened, and again when its
 * history, its power or its managed save has changed or an operation on it has ended; never while one runs.
 * @param wanted whether somebody looks at it: it is asked for at once then
 */
export function useHealth({ hostId, uuid, id, managedSave }: Domain, wanted: boolean): Health {
  const { client, store } = useApp();
  const key = domainKey({ hostId, uuid });
  const connected = useAppState((state) => hostById(state, hostId)?.connection.status === 'connected');
  const free = useFree(key);
  const list = useListed(key);
  const [again, setAgain] = useState(0);
  const [busy, setBusy] = useState(false);
  const refresh = useCallback(() => setAgain((count) => count + 1), []);
  const asked = useAsked({
    subject: key,
    when: free && connected && list !== null,
    versions: [useEnded(key), list, id, managedSave],
    again,
    settleMs,
    ask: async (signal) => {
      setBusy(true);
      try {
        return { report: await client.health.get({ hostId, uuid }, { signal }), at: Date.now() };
      } finally {
        if (!signal.aborted) setBusy(false);
      }
    },
  });
  const { report, at } = lastOf(asked) ?? { report: null, at: 0 };
  // biome-ignore lint/correctness/useExhaustiveDependencies: when somebody comes to look, and nothing is known yet
  useEffect(() => {
    if (wanted && report === null) refresh();
  }, [wanted, key]);
  useEffect(() => {
    if (!report) return;
    const damaged = { key, byName: new Map(report.data.map((each) => [each.name, each])) };
    store.setState(({ health }) => ({ damaged, health: new Map(health).set(key, report) }));
  }, [store, key, report]);
  return { report, at, problem: asked.status === 'failed' ? asked.problem : null, busy, refresh };
}
