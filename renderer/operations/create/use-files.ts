import { useState } from 'react';
import { joinFiles, unknownPaths } from '../../../shared/operations/create/files.ts';
import type { CreateDraft, CreateFacts, FileFacts } from '../../../shared/schema.ts';
import { useApp } from '../../ui/context.tsx';
import { useAsked } from '../../ui/use-asked.ts';

/** How long after the last key the host is asked, milliseconds. */
export const settleMs = 250;
const nothing: FileFacts = { exists: {}, free: {} };

/**
 * What is known of the new files’ paths, asked for as they are typed. What cannot be asked stays unknown: whoever takes
 * the snapshot looks again.
 */
export function useFiles(hostId: string, facts: CreateFacts, draft: CreateDraft): FileFacts {
  const { client } = useApp();
  const [known, setKnown] = useState(nothing);
  const files = joinFiles(facts.files, known);
  const wanted = unknownPaths({ ...facts, files }, draft);
  useAsked({
    subject: wanted.length === 0 ? null : JSON.stringify([hostId, wanted]),
    settleMs,
    ask: async (signal) => {
      const found = await client.create.files({ hostId, paths: wanted }, { signal });
      if (!signal.aborted) setKnown((before) => joinFiles(before, found));
    },
  });
  return files;
}
