import { expect, test } from 'vitest';
import { aDomain, aHost } from '../store/fixtures.ts';
import { domainKey } from '../store/store.ts';
import { domainOf } from './entry-domain.ts';

const uri = 'qemu:///system';
const domain = aDomain({ hostId: 'second', uuid: 'u' });
const domains = new Map([[domainKey(domain), domain]]);

test('of two hosts with one URI, the one that has the domain is meant, whichever comes first', () => {
  const hosts = [aHost({ id: 'first', uri }), aHost({ id: 'second', uri })];
  expect(domainOf({ hosts, domains }, { hostUri: uri, uuid: 'u' })).toBe(domain);
  expect(domainOf({ hosts: hosts.toReversed(), domains }, { hostUri: uri, uuid: 'u' })).toBe(domain);
});

test('a domain of another host or with another UUID is not meant', () => {
  const hosts = [aHost({ id: 'second', uri })];
  expect(domainOf({ hosts, domains }, { hostUri: 'qemu+ssh://kvm-b/system', uuid: 'u' })).toBeUndefined();
  expect(domainOf({ hosts, domains }, { hostUri: uri, uuid: 'other' })).toBeUndefined();
});
