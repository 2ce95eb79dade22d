import { useEffect, useState } from 'react';
import type { ConsolePicture, Domain, KeptPicture } from '../../shared/schema.ts';
import { endedOn } from '../store/selectors.ts';
import { type DomainKey, domainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';

type On = Pick<Domain, 'hostId' | 'uuid'>;

/** Pictures that were fetched: moving over rows asks for each once. */
const cache = new Map<string, ConsolePicture>();
const CACHED = 300;

/** Keeps what is known of the pictures of the open domain true: asked for again when its snapshots change. */
export function useKeptPictures(domain: On): void {
  const { client, store } = useApp();
  const { hostId, uuid } = domain;
  const key = domainKey(domain);
  const list = useAppState((state) => (state.history?.key === key ? state.history.list : null));
  const ended = useAppState((state) => endedOn(state, key));
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new list, or the end of an operation, may bring new ones
  useEffect(() => {
    const stop = new AbortController();
    client.thumbnails.list({ hostId, uuid }, { signal: stop.signal }).then(
      (all) => {
        const byName = new Map(all.map((each) => [each.name, each]));
        if (!stop.signal.aborted) store.setState({ keptPictures: { key, byName } });
      },
      () => {}, // without pictures there is nothing to show
    );
    return () => stop.abort();
  }, [client, store, key, list, ended]);
}

/** The picture that is kept of a snapshot of the open domain, as far as is known. */
export function useKept(key: DomainKey, { name, createdAt }: Pick<KeptPicture, 'name' | 'createdAt'>) {
  return useAppState(({ keptPictures }) => {
    const kept = keptPictures?.key === key ? keptPictures.byName.get(name) : undefined;
    return kept?.createdAt === createdAt ? kept : undefined;
  });
}

/** A picture as it is fetched: undefined until then, null where there is none. */
export type Fetched = ConsolePicture | null | undefined;

/** The picture of a snapshot. */
export function useSnapshotPicture({ hostId, uuid }: On, { name, createdAt }: Omit<KeptPicture, 'takenAt'>): Fetched {
  const { client } = useApp();
  const kept = useKept(`${hostId}/${uuid}`, { name, createdAt });
  const key = `${hostId} ${uuid} ${createdAt} ${kept?.takenAt ?? ''} ${name}`;
  const [fetched, setFetched] = useState<{ key: string; picture: ConsolePicture | null } | null>(null);
  useEffect(() => {
    if (cache.has(key)) return;
    const stop = new AbortController();
    client.thumbnails.get({ hostId, uuid, name, createdAt }, { signal: stop.signal }).then(
      (picture) => {
        if (stop.signal.aborted) return;
        if (picture) remember(key, picture);
        setFetched({ key, picture });
      },
      () => stop.signal.aborted || setFetched({ key, picture: null }),
    );
    return () => stop.abort();
  }, [client, hostId, uuid, name, createdAt, key]);
  return cache.get(key) ?? (fetched?.key === key ? fetched.picture : undefined);
}

function remember(key: string, picture: ConsolePicture): void {
  cache.set(key, picture);
  for (const oldest of [...cache.keys()].slice(0, -CACHED)) cache.delete(oldest);
}

/** The console now: taken when first shown, and again when asked for. */
export function usePictureNow({ hostId, uuid }: On, wanted: boolean): { picture: Fetched; again: () => void } {
  const { client } = useApp();
  const [attempt, setAttempt] = useState(0);
  const [picture, setPicture] = useState<Fetched>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each attempt asks anew
  useEffect(() => {
    setPicture(undefined);
    if (!wanted) return setPicture(null);
    const stop = new AbortController();
    client.thumbnails.now({ hostId, uuid }, { signal: stop.signal }).then(
      (found) => stop.signal.aborted || setPicture(found),
      () => stop.signal.aborted || setPicture(null),
    );
    return () => stop.abort();
  }, [client, hostId, uuid, wanted, attempt]);
  return { picture, again: () => setAttempt(attempt + 1) };
}
