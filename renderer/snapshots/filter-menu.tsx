import { Menu } from '@base-ui/react/menu';
import { Check, ListFilter } from 'lucide-react';
import { formatWhole } from '../../shared/format.ts';
import {
  countFacet,
  type Facet,
  type FacetKey,
  facetKeys,
  facetRows,
  formatFilter,
  type SnapshotFilter,
  toggleFacet,
} from '../../shared/snapshot-filter.ts';
import { filterSnapshots, foldSafety } from '../store/actions.ts';
import { knownOf, openTree } from '../store/selectors.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { DropMenu } from '../ui/drop-menu.tsx';
import { useNow } from '../ui/hooks.ts';
import menus from '../ui/menu.module.css';
import parts from '../ui/parts.module.css';
import styles from './filter.module.css';

interface Offer {
  facet: Facet;
  words: string;
  count: number;
  on: boolean;
}

/** Everything that the snapshots of this domain can be told apart by, with how many there are. */
export function FilterMenu({ filter }: { filter: SnapshotFilter }) {
  return (
    <DropMenu
      icon={ListFilter}
      text={<span className={styles.ifRoom}>Filter</span>}
      label="Filter by what a snapshot is"
      className={styles.menu}
    >
      <Offers filter={filter} />
    </DropMenu>
  );
}

function Offers({ filter }: { filter: SnapshotFilter }) {
  const { store } = useApp();
  const groups = useOffers(filter);
  if (groups.length === 0) return <p className={`${parts.dim} ${styles.nothing}`}>There is nothing to filter by.</p>;
  return (
    <>
      {groups.map(({ key, offers }) => (
        <Menu.Group key={key} className={styles.group}>
          <Menu.GroupLabel className={styles.heading}>{facetRows[key].label}</Menu.GroupLabel>
          {offers.map(({ facet, words, count, on }) => (
            <Menu.CheckboxItem
              key={facet.value}
              className={menus.item}
              checked={on}
              closeOnClick={false}
              onCheckedChange={() => filterSnapshots(store, formatFilter(toggleFacet(filter, facet)))}
            >
              <Menu.CheckboxItemIndicator className={menus.check} keepMounted>
                <Check size={13} aria-hidden="true" />
              </Menu.CheckboxItemIndicator>
              <span className={menus.label}>
                <bdi>{words}</bdi>
              </span>
              <span className={styles.offered}>{formatWhole(count)}</span>
            </Menu.CheckboxItem>
          ))}
        </Menu.Group>
      ))}
      <SafetyOffer />
    </>
  );
}

/** How safety snapshots are shown, where there are any. */
function SafetyOffer() {
  const { store } = useApp();
  const foldsSafety = useAppState(({ settings }) => settings.foldsSafety);
  const hasSome = useAppState((state) => openTree(state)?.rows.some((row) => row.kind === 'snapshot' && row.isSpare));
  if (!hasSome && !foldsSafety) return null;
  return (
    <Menu.Group className={styles.group}>
      <Menu.CheckboxItem
        className={menus.item}
        checked={foldsSafety}
        closeOnClick={false}
        onCheckedChange={(folds) => foldSafety(store, folds)}
      >
        <Menu.CheckboxItemIndicator className={menus.check} keepMounted>
          <Check size={13} aria-hidden="true" />
        </Menu.CheckboxItemIndicator>
        <span className={menus.label}>Fold all safety snapshots</span>
      </Menu.CheckboxItem>
    </Menu.Group>
  );
}

/** What no snapshot has is not offered, unless it is chosen. */
function useOffers(filter: SnapshotFilter): { key: FacetKey; offers: Offer[] }[] {
  const { store } = useApp();
  const now = useNow(60_000);
  const tree = useAppState(openTree);
  useAppState((state) => state.marks);
  const known = knownOf(store.getState());
  const snapshots = (tree?.rows ?? []).flatMap((row) =>
    row.kind === 'snapshot' ? [{ snapshot: row.snapshot, known: known(row) }] : [],
  );
  const tags = [...new Set(snapshots.flatMap(({ known }) => known.tags))].sort();
  const values = (key: FacetKey): [string, string][] =>
    key === 'tag' ? tags.map((tag) => [tag, tag]) : Object.entries(facetRows[key].values);
  return facetKeys
    .map((key) => ({
      key,
      offers: values(key)
        .map(([value, words]): Offer => {
          const facet = { key, value };
          const on = filter.facets.some((each) => each.key === key && each.value === value);
          return { facet, words, count: countFacet(facet, snapshots, now), on };
        })
        .filter(({ count, on }) => count > 0 || on),
    }))
    .filter(({ offers }) => offers.length > 0);
}
