import { ArrowDown, ArrowUp, LocateFixed, Search } from 'lucide-react';
import { flushSync } from 'react-dom';
import { formatBytes, formatCount, formatSnapshots, formatWhole } from '../../shared/format.ts';
import type { Domain } from '../../shared/schema.ts';
import { bytesOf } from '../../shared/sizes.ts';
import { totalWords, whatTotalIs } from '../../shared/sizes-words.ts';
import { type Facet, facetWords, formatFilter, parseFilter, toggleFacet } from '../../shared/snapshot-filter.ts';
import { hereKey } from '../../shared/snapshot-tree.ts';
import { useSizes } from '../sizes/use-sizes.ts';
import { changeSettings, filterSnapshots, selectRow } from '../store/actions.ts';
import { historyGrid } from '../store/grid-views.ts';
import { openTree, shownRows } from '../store/selectors.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { Cross } from '../ui/cross.tsx';
import { focusHome } from '../ui/focus-home.ts';
import forms from '../ui/forms.module.css';
import { ColumnsMenu } from '../ui/grid/columns-menu.tsx';
import { useGridView } from '../ui/grid/use-grid.ts';
import parts from '../ui/parts.module.css';
import { historyColumns } from './columns.tsx';
import styles from './filter.module.css';
import { FilterMenu } from './filter-menu.tsx';

const columns = historyColumns(1, null);

/** What of the history is shown. The text in the field is the whole of it: the menu and the chips only change that. */
export function FilterBar({ domain }: { domain: Domain }) {
  const { store } = useApp();
  const text = useAppState((state) => state.snapshotFilter);
  const tree = useAppState(openTree);
  const rows = useAppState(shownRows);
  const filter = parseFilter(text);
  const active = filter.words.length + filter.facets.length > 0;
  const total = tree ? tree.rows.length - 1 : domain.snapshotCount;
  const count = total === 0 ? 'no snapshots' : formatSnapshots(total);
  const branches = tree && tree.leafCount > 1 ? ` in ${formatCount(tree.leafCount, 'branch', 'branches')}` : '';
  return (
    <div className={styles.bar} data-active={text !== '' || undefined}>
      <label className={`${forms.field} ${styles.field}`}>
        <Search size={13} aria-hidden="true" />
        <input
          id="snapshot-filter"
          type="text"
          aria-label="Filter snapshots"
          aria-describedby="snapshot-filter-count"
          placeholder="Filter snapshots"
          title="Words of the name, the description or a tag; or state:running, kind:external, memory:no, older:30d, newer:12h, tag:golden, is:pinned"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => filterSnapshots(store, event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && text) filterSnapshots(store, '');
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              const home = focusHome('history');
              if (home !== true) home.focus();
            }
          }}
        />
        {text ? <Cross label="Clear the filter of snapshots" onClick={() => filterSnapshots(store, '')} /> : null}
      </label>
      <FilterMenu filter={filter} />
      <Direction />
      <ColumnsMenu id={historyGrid} columns={columns} />
      <SortChip />
      {filter.facets.length > 0 ? (
        <ul className={styles.facets} aria-label="What is filtered by">
          {filter.facets.map((facet) => (
            <FacetChip
              key={`${facet.key}:${facet.value}`}
              facet={facet}
              onRemove={() => filterSnapshots(store, formatFilter(toggleFacet(filter, facet)))}
            />
          ))}
        </ul>
      ) : null}
      <span className={styles.count} id="snapshot-filter-count" role="status">
        {active && rows ? `${formatWhole(rows.length)} of ${count}` : count}
        {active || !branches ? null : <span className={styles.ifWide}>{branches}</span>}
      </span>
      {active ? null : <Known domain={domain} />}
      {tree && tree.rows.length > 1 ? <GoToHere /> : null}
    </div>
  );
}

/** What all of them take up, as far as it is known; where nothing is, that is told in the details of “You are here”. */
function Known({ domain }: { domain: Domain }) {
  const list = useSizes(domain)?.list;
  if (!list || list.total.parts.length === 0) return null;
  return (
    <span className={`${styles.known} ${styles.ifWide}`} title={`${totalWords(list.total)}\n${whatTotalIs}`}>
      {formatBytes(bytesOf([list.total]))} known
    </span>
  );
}

/** Which end of the tree is at the top; sorted rows have an order of their own. */
function Direction() {
  const { store } = useApp();
  const newestFirst = useAppState(({ settings }) => settings.newestFirst);
  const [{ sort }] = useGridView(historyGrid);
  if (sort) return null;
  const Icon = newestFirst ? ArrowUp : ArrowDown;
  const words = newestFirst ? 'Newest first' : 'Oldest first';
  return (
    <Button
      look="muted"
      aria-label={words}
      tip={newestFirst ? 'Show the oldest first' : 'Show the newest first'}
      onClick={() => changeSettings(store, { newestFirst: !newestFirst })}
    >
      <Icon size={13} aria-hidden="true" />
      <span className={styles.ifRoom}>{words}</span>
    </Button>
  );
}

/** Selects where the domain is, whatever hides it. */
function GoToHere() {
  const { store } = useApp();
  return (
    <Button
      look="quiet"
      className={styles.toHere}
      aria-label="Go to here"
      tip="Go to “You are here”"
      onClick={() => {
        flushSync(() => {
          filterSnapshots(store, '');
          selectRow(store, hereKey);
        });
        const home = focusHome('history');
        if (home !== true) home.focus();
      }}
    >
      <LocateFixed size={13} aria-hidden="true" />
      <span className={styles.ifRoom}>Go to here</span>
    </Button>
  );
}

/** By what the rows are sorted, and the way back to the tree. */
function SortChip() {
  const [{ sort }, change] = useGridView(historyGrid);
  const column = columns.find(({ id }) => id === sort?.id);
  if (!column) return null;
  return (
    <span className={`${parts.chip} ${styles.facet}`}>
      Sorted by {column.header}
      <Cross label="Show the tree again" size={11} onClick={() => change({ sort: null })} />
    </span>
  );
}

function FacetChip({ facet, onRemove }: { facet: Facet; onRemove: () => void }) {
  const words = facetWords(facet);
  return (
    <li className={`${parts.chip} ${styles.facet}`}>
      <bdi>{words}</bdi>
      <Cross label={`Do not filter by “${words}”`} size={11} onClick={onRemove} />
    </li>
  );
}
