import type { ConfigComparison, ConfigOther } from '../../shared/schema.ts';
import { domainKey } from '../store/store.ts';
import type { Asked } from '../ui/asking.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { passingMs, useAsked, useFree } from '../ui/use-asked.ts';

/** libvirt tells of a changed definition, but not of everything that changes a running guest's. */
const lookAgainMs = 15_000;

export interface Compared {
  hostId: string;
  uuid: string;
  /** Of the snapshot. */
  name: string;
}

/**
 * What another configuration has otherwise than the snapshot's; looked at again while it is shown, and when the domain
 * starts or stops.
 * @param version changes when the snapshot is another one of the same name.
 */
export function useComparison(
  { hostId, uuid, name }: Compared,
  side: ConfigOther,
  version = 0,
): Asked<ConfigComparison> {
  const { client } = useApp();
  const key = domainKey({ hostId, uuid });
  return useAsked({
    subject: JSON.stringify([key, name, side, version]),
    when: useFree(key),
    versions: [useAppState((state) => state.domains.get(key)?.id ?? null)],
    settleMs: passingMs,
    everyMs: lookAgainMs,
    ask: (signal) => client.snapshots.compare({ hostId, uuid, name, with: side }, { signal }),
  });
}
