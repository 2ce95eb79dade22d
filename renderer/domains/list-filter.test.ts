import { expect, test } from 'vitest';
import { aDomain, aHost } from '../store/fixtures.ts';
import { findsHost, foundOf, listFilter } from './list-filter.ts';

const host = aHost({ name: 'kvm-a', group: 'Production', note: 'Rack 4\nask Ada first' });
const hosts = [host, aHost({ id: 'i', name: 'lab' })];
const domain = aDomain({ name: 'Web-01' });

test.each([
  ['web', true],
  ['prod', true],
  ['rack ada', true],
  ['KVM web', true],
  ['lab web', false],
  ['db', false],
])('a domain is found by its name and what is said of its host: %s', (text, found) => {
  const filter = listFilter(hosts, text);
  expect(filter && foundOf(filter, domain.hostId, [domain])).toEqual(found ? [domain] : []);
});

test('a host is found by its name, group and note alone', () => {
  const finds = (text: string) => hosts.filter(({ id }) => findsHost(listFilter(hosts, text) ?? noFilter, id));
  expect(finds('ada')).toEqual([host]);
  expect(finds('web')).toEqual([]);
});
const noFilter = { words: ['?'], texts: new Map() };

test('nothing is looked for without a word', () => {
  expect(listFilter(hosts, ' ')).toBeNull();
});
