import {
  columnFilteringFeature,
  columnGroupingFeature,
  createColumnHelper,
  createFilteredRowModel,
  createGroupedRowModel,
  createSortedRowModel,
  type FilterFn,
  globalFilteringFeature,
  rowSortingFeature,
  type SortFn,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useMemo } from 'react';
import type { Domain, Host } from '../../shared/schema.ts';
import { wordsOf } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';

/** A line of the list: hosts in their order, each with its domains by name. */
export type ListRow =
  | { kind: 'host'; key: string; host: Host; domains: number; open: boolean; position: number; siblings: number }
  | { kind: 'domain'; key: string; domain: Domain; position: number; siblings: number };

const features = tableFeatures({
  columnFilteringFeature,
  globalFilteringFeature,
  rowSortingFeature,
  columnGroupingFeature,
  filteredRowModel: createFilteredRowModel(),
  sortedRowModel: createSortedRowModel(),
  groupedRowModel: createGroupedRowModel(),
});
type Features = typeof features;

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const byName: SortFn<Features, Domain> = (a, b) => collator.compare(a.original.name, b.original.name);
const holdsWords: FilterFn<Features, Domain> = (row, _column, words: readonly string[]) => {
  const name = row.original.name.toLowerCase();
  return words.every((word) => name.includes(word));
};

const helper = createColumnHelper<Features, Domain>();
const columns = helper.columns([
  helper.accessor('hostId', { enableSorting: false, enableGlobalFilter: false }),
  helper.accessor('name', { sortFn: byName }),
]);
const grouping = ['hostId'];
const sorting = [{ id: 'name', desc: false }];

/** The lines to show. A filter leaves out hosts without a hit and opens the others. */
export function useDomainRows(
  hosts: readonly Host[],
  domains: readonly Domain[],
  filter: string,
  collapsed: readonly string[],
): ListRow[] {
  const words = useMemo(() => wordsOf(filter), [filter]);
  const table = useTable({
    features,
    columns,
    data: domains,
    getRowId: domainKey,
    globalFilterFn: holdsWords,
    getColumnCanGlobalFilter: (column) => column.id === 'name',
    state: { grouping, sorting, globalFilter: words.length > 0 ? words : undefined },
  });
  const groups = table.getRowModel().rows;
  return useMemo(() => {
    const byHost = new Map(groups.map((group) => [String(group.getValue('hostId')), group.subRows]));
    const shown = hosts.filter(({ id }) => words.length === 0 || byHost.has(id));
    return shown.flatMap((host, index): ListRow[] => {
      const found = byHost.get(host.id) ?? [];
      const open = words.length > 0 || !collapsed.includes(host.id);
      const head: ListRow = {
        kind: 'host',
        key: host.id,
        host,
        domains: found.length,
        open,
        position: index + 1,
        siblings: shown.length,
      };
      if (!open) return [head];
      return [
        head,
        ...found.map(
          (row, at): ListRow => ({
            kind: 'domain',
            key: row.id,
            domain: row.original,
            position: at + 1,
            siblings: found.length,
          }),
        ),
      ];
    });
  }, [groups, hosts, words, collapsed]);
}
