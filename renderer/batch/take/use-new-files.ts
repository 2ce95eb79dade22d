import { useEffect, useRef } from 'react';
import { newPaths } from '../../../shared/operations/create/files.ts';
import type { createType } from '../../../shared/operations/create/type.ts';
import type { FileFacts } from '../../../shared/schema.ts';
import { useApp } from '../../ui/context.tsx';
import { type BatchFlow, included, learned } from '../review.ts';
import type { BatchRun } from '../run.ts';
import type { TakeOptions } from './kind.ts';

/** How long after the last key the hosts are asked, milliseconds. */
const SETTLE_MS = 250;
/** What one call takes. */
const PATHS = 64;

type TakeRun = BatchRun<typeof createType, TakeOptions>;
type HostFiles = readonly [hostId: string, paths: readonly string[]];

/**
 * Asks for what is known of the new files’ paths, as the names are typed. What cannot be asked stays unknown: whoever
 * takes the snapshots looks again.
 */
export function useNewFiles(run: TakeRun, flow: BatchFlow<typeof createType, TakeOptions> | null): void {
  const { client } = useApp();
  const asked = useRef(new Set<string>());
  const wanted = JSON.stringify(flow?.step === 'review' ? unknownPaths(included(flow)) : []);
  useEffect(() => {
    const timer = setTimeout(async () => {
      const calls = (JSON.parse(wanted) as HostFiles[]).flatMap(([hostId, paths]) => {
        const unasked = paths.filter((path) => !asked.current.has(`${hostId} ${path}`));
        for (const path of unasked) asked.current.add(`${hostId} ${path}`);
        return chunks(unasked).map(
          async (chunk) => [hostId, await client.create.files({ hostId, paths: chunk })] as const,
        );
      });
      const found = await Promise.allSettled(calls);
      learn(
        run,
        found.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : [])),
      );
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [client, run, wanted]);
}

function unknownPaths(rows: ReturnType<typeof included<typeof createType>>): HostFiles[] {
  const byHost = new Map<string, Set<string>>();
  for (const { planned } of rows) {
    const { hostId, facts } = planned.plan;
    const paths = byHost.get(hostId) ?? new Set();
    byHost.set(hostId, paths);
    for (const path of newPaths(facts, planned.choice))
      if (path.startsWith('/') && facts.files.exists[path] === undefined) paths.add(path);
  }
  return [...byHost].flatMap(([hostId, paths]) => (paths.size > 0 ? [[hostId, [...paths]] as const] : []));
}

function learn(run: TakeRun, found: readonly (readonly [hostId: string, files: FileFacts])[]): void {
  const { flow, kind } = run;
  if (flow?.step !== 'review' || found.length === 0) return;
  const rows = flow.rows.map((row) => {
    if (!row.plan) return row;
    const { exists, free } = row.plan.facts.files;
    const files = found.filter(([hostId]) => hostId === row.hostId).map(([, each]) => each);
    const known = {
      exists: Object.assign({}, exists, ...files.map((each) => each.exists)),
      free: Object.assign({}, free, ...files.map((each) => each.free)),
    };
    return { ...row, plan: { ...row.plan, facts: { ...row.plan.facts, files: known } } };
  });
  run.set(learned(kind, flow, rows));
}

function chunks(paths: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(paths.length / PATHS) }, (_, at) => paths.slice(at * PATHS, (at + 1) * PATHS));
}
