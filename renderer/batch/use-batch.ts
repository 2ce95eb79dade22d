import { useEffect, useState } from 'react';
import type { AimOf, AnyType } from '../../shared/operations/operation.ts';
import type { DomainKey } from '../store/store.ts';
import { useApp } from '../ui/context.tsx';
import type { BatchKind } from './kind.ts';
import type { BatchFlow } from './review.ts';
import { BatchRun } from './run.ts';

/** A batch for as long as a dialog shows it. @param aim what is planned at once; null: that is chosen first */
export function useBatch<T extends AnyType, Options>(
  kind: BatchKind<T, Options>,
  keys: readonly DomainKey[],
  aim: AimOf<T> | null,
) {
  const app = useApp();
  const [flow, show] = useState<BatchFlow<T, Options> | null>(null);
  const [run] = useState(() => new BatchRun(app, kind, keys, show));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a dialog is about one thing from its opening to its end
  useEffect(() => {
    run.open();
    if (aim) void run.plan(aim);
    return () => run.close();
  }, [run]);
  return { flow, run };
}
