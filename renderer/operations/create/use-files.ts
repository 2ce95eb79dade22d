import { useState } from 'react';
import { newPaths } from '../../../shared/operations/create/files.ts';
import type { CreateDraft, CreateFacts, FileFacts } from '../../../shared/schema.ts';
import { useApp } from '../../ui/context.tsx';
import { useAsked } from '../../ui/use-asked.ts';

/** How long after the last key the host is asked, milliseconds. */
const settleMs = 250;
const nothing: FileFacts = { exists: {}, free: {} };

/**
 * What is known of the new files’ paths, asked for as they are typed. What cannot be asked stays unknown: whoever takes
 * the snapshot looks again.
 */
export function useFiles(hostId: string, facts: CreateFacts, draft: CreateDraft): FileFacts {
  const { client } = useApp();
  const [known, setKnown] = useState(nothing);
  const paths = newPaths(facts, draft).filter((path) => path.startsWith('/'));
  const wanted = paths.filter((path) => known.exists[path] === undefined);
  useAsked({
    subject: wanted.length === 0 ? null : JSON.stringify([hostId, wanted]),
    settleMs,
    ask: async (signal) => {
      const found = await client.create.files({ hostId, paths: wanted }, { signal });
      if (signal.aborted) return;
      setKnown(({ exists, free }) => ({ exists: { ...exists, ...found.exists }, free: { ...free, ...found.free } }));
    },
  });
  return { exists: { ...facts.files.exists, ...known.exists }, free: { ...facts.files.free, ...known.free } };
}
