import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Domain } from '../../shared/schema.ts';
import { compareNames, DomainChanges, domainsByHost } from './domains.ts';
import { aDomain } from './fixtures.ts';
import { domainKey } from './store.ts';

const someDomain = fc
  .record({
    hostId: fc.constantFrom('h', 'i'),
    uuid: fc.integer({ min: 0, max: 30 }).map(String),
    name: fc.constantFrom('web-1', 'web-10', 'web-2', 'WEB-2', 'db', 'é', 'e', '01', '1'),
    state: fc.constantFrom('running', 'blocked', 'shutoff', 'paused'),
  })
  .map(aDomain);
type Step = (changes: DomainChanges, plain: Map<string, Domain>) => void;
const forgetPlainly = (plain: Map<string, Domain>, hostId: string) => {
  for (const [key, domain] of plain) if (domain.hostId === hostId) plain.delete(key);
};
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: someDomain.map(
      (domain): Step =>
        (changes, plain) => {
          changes.put(domain);
          plain.set(domainKey(domain), domain);
        },
    ),
  },
  {
    weight: 4,
    arbitrary: someDomain.map(
      (domain): Step =>
        (changes, plain) => {
          changes.remove(domain);
          plain.delete(domainKey(domain));
        },
    ),
  },
  fc.constantFrom('h', 'i').map(
    (hostId): Step =>
      (changes, plain) => {
        changes.forget(hostId);
        forgetPlainly(plain, hostId);
      },
  ),
  fc.constant<Step>((changes, plain) => {
    changes.clear();
    plain.clear();
  }),
);

test('after any changes the domains of each host are those that are there, by name', () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 12 }), { maxLength: 8 }), (batches) => {
      const plain = new Map<string, Domain>();
      let domains: ReadonlyMap<string, Domain> = new Map();
      for (const batch of batches) {
        const changes = new DomainChanges(domains);
        for (const make of batch) make(changes, plain);
        domains = changes.made();
        expect(new Map(domains)).toEqual(plain);
        for (const hostId of ['h', 'i']) {
          const own = [...plain.values()].filter((domain) => domain.hostId === hostId).sort(compareNames);
          const listed = domainsByHost(domains).get(hostId);
          expect(listed?.byName ?? []).toEqual(own);
          expect(listed?.running ?? 0).toBe(
            own.filter(({ state }) => state === 'running' || state === 'blocked').length,
          );
        }
      }
    }),
  );
});

test('the list of a host is the same while nothing of it changes', () => {
  const first = new DomainChanges(new Map());
  for (const hostId of ['h', 'i']) first.put(aDomain({ hostId }));
  const before = first.made();
  const second = new DomainChanges(before);
  expect(second.made()).toBe(before);
  second.put(aDomain({ hostId: 'h', state: 'paused' }));
  const after = second.made();
  expect(domainsByHost(after).get('i')).toBe(domainsByHost(before).get('i'));
  expect(domainsByHost(after).get('h')).not.toBe(domainsByHost(before).get('h'));
});
