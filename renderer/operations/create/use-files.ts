import { useEffect, useState } from 'react';
import { newPaths } from '../../../shared/operations/create/files.ts';
import type { CreateDraft, CreateFacts, FileFacts } from '../../../shared/schema.ts';
import { useApp } from '../../ui/context.tsx';

/** How long after the last key the host is asked, milliseconds. */
const SETTLE_MS = 250;
const nothing: FileFacts = { exists: {}, free: {} };

/**
 * What is known of the new files’ paths, asked for as they are typed. What cannot be asked stays unknown: whoever takes
 * the snapshot looks again.
 */
export function useFiles(hostId: string, facts: CreateFacts, draft: CreateDraft): FileFacts {
  const { client } = useApp();
  const [known, setKnown] = useState(nothing);
  const paths = newPaths(facts, draft).filter((path) => path.startsWith('/'));
  const wanted = JSON.stringify(paths.filter((path) => known.exists[path] === undefined));
  useEffect(() => {
    const asked: string[] = JSON.parse(wanted);
    if (asked.length === 0) return;
    let over = false;
    const timer = setTimeout(() => {
      client.create.files({ hostId, paths: asked }).then(
        (found) =>
          over ||
          setKnown(({ exists, free }) => ({
            exists: { ...exists, ...found.exists },
            free: { ...free, ...found.free },
          })),
        () => {},
      );
    }, SETTLE_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [client, hostId, wanted]);
  return { exists: { ...facts.files.exists, ...known.exists }, free: { ...facts.files.free, ...known.free } };
}
