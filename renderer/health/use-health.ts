import { useCallback, useEffect, useState } from 'react';
import type { Domain, HealthReport, Problem } from '../../shared/schema.ts';
import { problemOf } from '../store/api.ts';
import { endedOn, hostById, operationOn } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';

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

type Known = Pick<Health, 'report' | 'at' | 'problem' | 'busy'> & { key: string };
const nothing = { report: null, at: 0, problem: null, busy: false };

/**
 * What is not as it should be with the open domain's snapshots. Looked at when the domain is opened, and again when its
 * history, its power or its managed save has changed or an operation on it has ended; never while one runs.
 * @param wanted whether somebody looks at it: it is asked for at once then
 */
export function useHealth({ hostId, uuid, id, managedSave }: Domain, wanted: boolean): Health {
  const { client, store } = useApp();
  const key = domainKey({ hostId, uuid });
  const connected = useAppState((state) => hostById(state, hostId)?.connection.status === 'connected');
  const free = useAppState((state) => state.link === 'open' && operationOn(state, key) === undefined) && connected;
  const ended = useAppState((state) => endedOn(state, key));
  const list = useAppState(({ history }) => (history?.key === key ? history.list : null));
  const [attempt, setAttempt] = useState(0);
  const [known, setKnown] = useState<Known>({ key, ...nothing });
  const fresh = known.key === key ? known : { key, ...nothing };
  const first = wanted && fresh.report === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever changes the domain asks again
  useEffect(() => {
    if (!free || list === null) return;
    const stop = new AbortController();
    const ask = () => {
      setKnown((before) => ({ ...(before.key === key ? before : { key, ...nothing }), busy: true }));
      client.health.get({ hostId, uuid }, { signal: stop.signal }).then(
        (report) => stop.signal.aborted || setKnown({ key, report, at: Date.now(), problem: null, busy: false }),
        (error) =>
          stop.signal.aborted ||
          setKnown((before) => ({
            ...(before.key === key ? before : { key, ...nothing }),
            problem: problemOf(error),
            busy: false,
          })),
      );
    };
    const timer = setTimeout(ask, first || attempt > 0 ? 0 : settleMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, key, free, ended, list, id, managedSave, attempt, first]);
  const { report } = fresh;
  useEffect(() => {
    if (report) store.setState({ damaged: { key, byName: new Map(report.data.map((each) => [each.name, each])) } });
  }, [store, key, report]);
  return { ...fresh, refresh: useCallback(() => setAttempt((count) => count + 1), []) };
}
