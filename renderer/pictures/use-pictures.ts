import { useState } from 'react';
import type { ConsolePicture, Domain, KeptPicture } from '../../shared/schema.ts';
import { type DomainKey, domainKey } from '../store/store.ts';
import type { Asked } from '../ui/asking.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { useAsked, useEnded, useListed } from '../ui/use-asked.ts';

type On = Pick<Domain, 'hostId' | 'uuid'>;

/** Pictures that were fetched: moving over rows asks for each once. */
const cache = new Map<string, ConsolePicture>();
const CACHED = 300;

/** Keeps what is known of the pictures of the open domain true: asked for again when its snapshots change. */
export function useKeptPictures(domain: On): void {
  const { client, store } = useApp();
  const { hostId, uuid } = domain;
  const key = domainKey(domain);
  useAsked({
    subject: key,
    versions: [useListed(key), useEnded(key)],
    ask: async (signal) => {
      const all = await client.thumbnails.list({ hostId, uuid }, { signal });
      if (signal.aborted) return;
      store.setState({ keptPictures: { key, byName: new Map(all.map((each) => [each.name, each])) } });
    },
  });
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
  const asked = useAsked({
    subject: key,
    when: !cache.has(key),
    ask: async (signal) => {
      const picture = await client.thumbnails.get({ hostId, uuid, name, createdAt }, { signal });
      if (picture && !signal.aborted) remember(key, picture);
      return picture;
    },
  });
  return cache.get(key) ?? fetched(asked);
}

function fetched(asked: Asked<ConsolePicture | null>): Fetched {
  if (asked.status === 'ready') return asked.value;
  return asked.status === 'failed' ? null : undefined;
}

function remember(key: string, picture: ConsolePicture): void {
  cache.set(key, picture);
  for (const oldest of [...cache.keys()].slice(0, -CACHED)) cache.delete(oldest);
}

/** The console now: taken when first shown, and again when asked for. */
export function usePictureNow({ hostId, uuid }: On, wanted: boolean): { picture: Fetched; again: () => void } {
  const { client } = useApp();
  const [attempt, setAttempt] = useState(0);
  const asked = useAsked({
    subject: wanted ? `${domainKey({ hostId, uuid })} ${attempt}` : null,
    ask: (signal) => client.thumbnails.now({ hostId, uuid }, { signal }),
  });
  return { picture: wanted ? fetched(asked) : null, again: () => setAttempt(attempt + 1) };
}
