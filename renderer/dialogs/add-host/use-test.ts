import { useEffect, useRef, useState } from 'react';
import { problemOf } from '../../store/api.ts';
import { useApp } from '../../ui/context.tsx';
import { advanceTest, beginTest, type SshClient, stopTest, type TestRun } from './test-run.ts';

interface ConnectionTest {
  /** Null where there is nothing to tell. */
  readonly run: TestRun | null;
  start(uri: string, sshClient?: SshClient): Promise<void>;
  /** Ends it, and keeps what is known of it on show. */
  stop(): void;
  /** Ends it, and shows nothing of it any more. */
  clear(): void;
}

/** One test of a connection at a time; it ends when nobody looks at it any more. */
export function useTest(): ConnectionTest {
  const { client } = useApp();
  const [run, setRun] = useState<TestRun | null>(null);
  const under = useRef<AbortController>(null);
  useEffect(() => () => under.current?.abort(), []);
  return {
    run,
    async start(uri, sshClient) {
      under.current?.abort();
      const own = new AbortController();
      under.current = own;
      const { signal } = own;
      setRun(beginTest(uri, sshClient));
      try {
        for await (const event of await client.hosts.test({ uri, ...(sshClient ? { sshClient } : {}) }, { signal })) {
          if (signal.aborted) return;
          setRun((now) => now && advanceTest(now, event));
        }
      } catch (error) {
        if (signal.aborted) return;
        setRun((now) => now && advanceTest(now, { type: 'refused', step: null, problem: problemOf(error) }));
      }
    },
    stop() {
      under.current?.abort();
      setRun((now) => now && stopTest(now));
    },
    clear() {
      under.current?.abort();
      setRun(null);
    },
  };
}
