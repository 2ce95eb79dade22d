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
import { domainKey } from '../store/store.ts';
import { findsDomain, type ListFilter, listFilter } from './list-filter.ts';
import { type ListRow, listRows } from './list-rows.ts';

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
const isFound: FilterFn<Features, Domain> = (row, _column, filter: ListFilter) => findsDomain(filter, row.original);

const helper = createColumnHelper<Features, Domain>();
const columns = helper.columns([
  helper.accessor('hostId', { enableSorting: false, enableGlobalFilter: false }),
  helper.accessor('name', { sortFn: byName }),
]);
const grouping = ['hostId'];
const sorting = [{ id: 'name', desc: false }];

/** The lines to show. A filter leaves out what it does not find and opens the rest. */
export function useDomainRows(
  hosts: readonly Host[],
  domains: readonly Domain[],
  filterText: string,
  collapsed: { readonly hosts: readonly string[]; readonly groups: readonly string[] },
): ListRow[] {
  const filter = useMemo(() => listFilter(hosts, filterText), [hosts, filterText]);
  const table = useTable({
    features,
    columns,
    data: domains,
    getRowId: domainKey,
    globalFilterFn: isFound,
    getColumnCanGlobalFilter: (column) => column.id === 'name',
    state: { grouping, sorting, globalFilter: filter ?? undefined },
  });
  const found = table.getRowModel().rows;
  const { hosts: closedHosts, groups: closedGroups } = collapsed;
  return useMemo(() => {
    const domainsOf = new Map(
      found.map((group) => [String(group.getValue('hostId')), group.subRows.map(({ original }) => original)]),
    );
    return listRows({ hosts, domainsOf, filter, closedHosts, closedGroups });
  }, [found, hosts, filter, closedHosts, closedGroups]);
}
