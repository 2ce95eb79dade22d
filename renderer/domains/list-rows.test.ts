import { expect, test } from 'vitest';
import type { Domain, Host } from '../../shared/schema.ts';
import { aDomain, aHost } from '../store/fixtures.ts';
import { listFilter } from './list-filter.ts';
import { type ListRow, listLines } from './list-rows.ts';

const host = (id: string, group = '') => aHost({ id, name: id, group });
const hosts = [host('a'), host('b', 'lab'), host('c'), host('d', 'lab')];
const domainsOf = new Map<string, Domain[]>([
  ['a', [aDomain({ hostId: 'a', uuid: '1', name: 'web' })]],
  ['d', [aDomain({ hostId: 'd', uuid: '2', name: 'db' })]],
]);
const shape = (rows: readonly ListRow[]) =>
  rows.map((row) => {
    const name = row.kind === 'group' ? row.group : row.kind === 'host' ? row.host.name : row.domain.name;
    return `${'  '.repeat(row.level - 1)}${row.kind} ${name} ${row.position}/${row.siblings}`;
  });
const rowsOf = (of: readonly Host[], more: Partial<Parameters<typeof listLines>[0]> = {}) =>
  shape(listLines({ hosts: of, domainsOf, filter: null, closedHosts: [], closedGroups: [], ...more }).rows);

test('without groups hosts stand at the top, as they always did', () => {
  expect(rowsOf([host('a'), host('c')])).toEqual(['host a 1/2', '  domain web 1/1', 'host c 2/2']);
});

test('groups are headings, and hosts without one stand under the last', () => {
  expect(rowsOf(hosts)).toEqual([
    'group lab 1/2',
    '  host b 1/2',
    '  host d 2/2',
    '    domain db 1/1',
    'group  2/2',
    '  host a 1/2',
    '    domain web 1/1',
    '  host c 2/2',
  ]);
});

test('a closed group and a closed host hide what is in them, unless it is looked for', () => {
  const closed = { closedHosts: ['a'], closedGroups: ['lab'] };
  expect(rowsOf(hosts, closed)).toEqual(['group lab 1/2', 'group  2/2', '  host a 1/2', '  host c 2/2']);
  const filter = listFilter(hosts, 'lab');
  const found = { domainsOf: new Map([['d', domainsOf.get('d') ?? []]]) };
  expect(rowsOf(hosts, { ...closed, ...found, filter })).toEqual([
    'group lab 1/1',
    '  host b 1/2',
    '  host d 2/2',
    '    domain db 1/1',
  ]);
});
