import { joinFiles, unknownPaths } from '../../../shared/operations/create/files.ts';
import type { createType } from '../../../shared/operations/create/type.ts';
import type { FileFacts } from '../../../shared/schema.ts';
import { settleMs } from '../../operations/create/use-files.ts';
import { useApp } from '../../ui/context.tsx';
import { useAsked } from '../../ui/use-asked.ts';
import { type BatchFlow, included, learned } from '../review.ts';
import type { BatchRun } from '../run.ts';
import type { TakeOptions } from './kind.ts';

/** What one call takes. */
const PATHS = 64;

type TakeRun = BatchRun<typeof createType, TakeOptions>;

/**
 * Asks for what is known of the new files’ paths, as the names are typed. What cannot be asked stays unknown: whoever
 * takes the snapshots looks again.
 */
export function useNewFiles(run: TakeRun, flow: BatchFlow<typeof createType, TakeOptions> | null): void {
  const { client } = useApp();
  const wanted = flow?.step === 'review' ? pathsByHost(included(flow)) : [];
  useAsked({
    subject: wanted.length === 0 ? null : JSON.stringify(wanted),
    settleMs,
    ask: async (signal) => {
      const calls = wanted.flatMap(([hostId, paths]) =>
        chunks(paths).map(async (chunk) => ({
          hostId,
          files: await client.create.files({ hostId, paths: chunk }, { signal }),
        })),
      );
      const found = await Promise.allSettled(calls);
      if (!signal.aborted)
        learn(
          run,
          found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
        );
    },
  });
}

function pathsByHost(rows: ReturnType<typeof included<typeof createType>>): [hostId: string, paths: string[]][] {
  const byHost = new Map<string, Set<string>>();
  for (const { planned } of rows) {
    const { hostId, facts } = planned.plan;
    const unknown = unknownPaths(facts, planned.choice);
    if (unknown.length > 0) byHost.set(hostId, new Set([...(byHost.get(hostId) ?? []), ...unknown]));
  }
  return [...byHost].map(([hostId, paths]) => [hostId, [...paths]]);
}

function learn(run: TakeRun, found: readonly { readonly hostId: string; readonly files: FileFacts }[]): void {
  const { flow, kind } = run;
  if (flow?.step !== 'review' || found.length === 0) return;
  const rows = flow.rows.map((row) => {
    if (!row.plan) return row;
    const { facts } = row.plan;
    const files = joinFiles(
      facts.files,
      ...found.filter(({ hostId }) => hostId === row.hostId).map((each) => each.files),
    );
    return { ...row, plan: { ...row.plan, facts: { ...facts, files } } };
  });
  run.set(learned(kind, flow, rows));
}

function chunks(paths: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(paths.length / PATHS) }, (_, at) => paths.slice(at * PATHS, (at + 1) * PATHS));
}
