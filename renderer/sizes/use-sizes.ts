import { useMemo } from 'react';
import type { Domain, SnapshotSizes } from '../../shared/schema.ts';
import { problemOf } from '../store/api.ts';
import { chosenSnapshots, drawnTree, hostById } from '../store/selectors.ts';
import { measureId } from '../store/sizes.ts';
import { type AppStore, type DomainKey, domainKey, type KnownSizes } from '../store/store.ts';
import type { Asked } from '../ui/asking.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { useAsked, useEnded, useFree, useListed } from '../ui/use-asked.ts';

type On = Pick<Domain, 'hostId' | 'uuid'>;

/** Whoever passes by has nothing measured: a domain, and a selection, have to stay for this long. Milliseconds. */
const settleMs = 250;

/**
 * Keeps what costs little to know of the open domain's sizes true. What was measured is forgotten when its snapshots or
 * its state change.
 */
export function useKeptSizes(domain: Domain): void {
  const { client, store } = useApp();
  const { hostId, uuid, state } = domain;
  const key = domainKey(domain);
  const listed = useListed(key);
  useAsked({
    subject: key,
    when: useFree(key) && listed !== null,
    versions: [listed, useEnded(key), state, useAppState(({ sizesAsked }) => sizesAsked.get(key))],
    settleMs,
    ask: async (signal) => {
      const list = await client.sizes.list({ hostId, uuid }, { signal });
      if (signal.aborted) return;
      store.setState(({ sizeTotals }) => ({
        sizes: { key, list, measured: new Map(), measuring: null, wanted: null, failed: null },
        sizeTotals: list.isBusy ? sizeTotals : new Map(sizeTotals).set(key, list.total),
      }));
    },
  });
}

/** What is known of the sizes of a domain, as far as it is open. */
export function useSizes(on: On): KnownSizes | null {
  const key = domainKey(on);
  return useAppState(({ sizes }) => (sizes?.key === key ? sizes : null));
}

/**
 * Whether what is selected is measured unasked: of a host elsewhere, up to some MiB of an image's metadata come over the
 * network.
 */
export function useIsCheap({ hostId }: Pick<Domain, 'hostId'>): boolean {
  const kind = useAppState((state) => hostById(state, hostId)?.kind);
  return kind === 'local' || kind === 'simulated';
}

/** Measures what is selected in the open history: one snapshot, several together, or what a fold hides. */
export function useMeasuredSelection(domain: Domain): void {
  const { client, store } = useApp();
  const { hostId, uuid } = domain;
  const key = domainKey(domain);
  const sizes = useSizes(domain);
  const isCheap = useIsCheap(domain);
  const selected = useSelectedId();
  // What was asked for comes first, whatever is selected by then.
  const wanted = sizes && isOpen(sizes) ? sizes.wanted : null;
  const id = wanted?.id ?? selected;
  const set = (change: (known: KnownSizes) => Partial<KnownSizes>) => changeSizes(store, key, change);
  useAsked({
    subject: sizes && id !== null ? `${key} ${id}` : null,
    when: useFree(key) && (isCheap || wanted !== null),
    versions: [sizes?.list, wanted],
    settleMs: wanted ? 0 : settleMs,
    ask: async (signal) => {
      if (id === null || (!wanted && store.getState().sizes?.measured.has(id))) return;
      set(() => ({ measuring: id, failed: null }));
      const over = () => set(({ measuring }) => ({ measuring: measuring === id ? null : measuring }));
      signal.addEventListener('abort', over, { once: true });
      try {
        const answer = await client.sizes.of({ hostId, uuid, names: JSON.parse(id) }, { signal });
        if (!signal.aborted) measured(store, key, answer);
      } catch (error) {
        if (!signal.aborted) set(() => ({ failed: { id, what: problemOf(error).what } }));
      } finally {
        signal.removeEventListener('abort', over);
        if (!signal.aborted) over();
      }
    },
  });
}

/** What some snapshots take up, measured for as long as somebody shows it. Null: nothing is measured. */
export function useMeasured({ hostId, uuid }: On, names: readonly string[] | null): Asked<SnapshotSizes> {
  const { client } = useApp();
  const key = domainKey({ hostId, uuid });
  return useAsked({
    subject: names === null || names.length === 0 ? null : `${key} ${measureId(names)}`,
    when: useFree(key),
    ask: (signal) => client.sizes.of({ hostId, uuid, names: names ? [...names] : [] }, { signal }),
  });
}

/** Has snapshots of the open domain measured anew, whatever it costs. */
export function measure(store: AppStore, names: readonly string[]): void {
  const id = measureId(names);
  store.setState(({ sizes }) => {
    if (!sizes) return {};
    const measured = new Map(sizes.measured);
    measured.delete(id);
    return { sizes: { ...sizes, measured, wanted: { id }, failed: null } };
  });
}

/** Has all that is known of the open domain's sizes asked for anew: what its storage tells is otherwise now. */
export function sizesAgain(store: AppStore, key: DomainKey): void {
  store.setState(({ sizesAsked }) => ({ sizesAsked: new Map(sizesAsked).set(key, (sizesAsked.get(key) ?? 0) + 1) }));
}

/** Keeps what was measured of the open domain. */
export function measured(store: AppStore, key: DomainKey, sizes: SnapshotSizes): void {
  changeSizes(store, key, (known) => ({ measured: new Map(known.measured).set(measureId(sizes.names), sizes) }));
}

function changeSizes(store: AppStore, key: DomainKey, change: (known: KnownSizes) => Partial<KnownSizes>): void {
  store.setState(({ sizes }) => (sizes?.key === key ? { sizes: { ...sizes, ...change(sizes) } } : {}));
}

/** Whether what was asked for is still to be measured. */
function isOpen({ wanted, measured, failed }: KnownSizes): boolean {
  return wanted !== null && !measured.has(wanted.id) && failed?.id !== wanted.id;
}

function useSelectedId(): string | null {
  const chosen = useAppState(chosenSnapshots);
  const selected = useAppState((state) => state.selectedRow);
  const drawn = useAppState(drawnTree);
  return useMemo(() => {
    if (chosen.length > 1) return measureId(chosen.map(({ name }) => name));
    const row = drawn?.rows.find(({ key }) => key === selected);
    if (row?.kind === 'fold') return measureId(row.hidden.map(({ snapshot }) => snapshot.name));
    return row?.kind === 'snapshot' ? measureId([row.snapshot.name]) : null;
  }, [chosen, selected, drawn]);
}
