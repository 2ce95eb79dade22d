import { expect, test } from 'vitest';
import type { AppEvent } from '../../shared/schema.ts';
import { aDomain, aHost, anApp } from '../store/fixtures.ts';
import type { AppState } from '../store/store.ts';
import { applyEvents } from '../store/sync.ts';
import { findsNothing, linesSelector } from './shown-lines.ts';

const names = ['web-10', 'web-2', 'db'];
const domains = names.map((name) => aDomain({ name, uuid: name }));
const listed: AppState = applyEvents(anApp().store.getState(), [{ type: 'domains', hostId: 'h', domains }]).next;
const after = (state: AppState, ...events: AppEvent[]) => applyEvents(state, events).next;

test('only the line of the domain that has changed is another one', () => {
  const lines = linesSelector();
  const before = lines(listed);
  expect(before.keys).toEqual(['h', 'h/db', 'h/web-2', 'h/web-10']);
  expect(lines({ ...listed, dialog: { kind: 'settings' } })).toBe(before);

  const now = lines(
    after(listed, { type: 'domain', domain: aDomain({ name: 'web-2', uuid: 'web-2', state: 'paused' }) }),
  );
  expect(now.rows.map((row, at) => row === before.rows[at])).toEqual([true, true, false, true]);
  expect(now.keys).toBe(before.keys);
});

test('a domain with another name takes another place', () => {
  const lines = linesSelector();
  lines(listed);
  const now = lines(after(listed, { type: 'domain', domain: aDomain({ name: 'web-11', uuid: 'web-2' }) }));
  expect(now.keys).toEqual(['h', 'h/db', 'h/web-10', 'h/web-2']);
});

test('what is made from the last lines is what would be made anew', () => {
  const lines = linesSelector();
  const closed = { ...listed.settings, collapsedHosts: ['h'] };
  const states = [
    listed,
    { ...listed, domainFilter: 'web' },
    after(listed, { type: 'domain-removed', hostId: 'h', uuid: 'db' }, { type: 'host', host: aHost({ id: 'i' }) }),
    { ...listed, settings: closed },
    after({ ...listed, domainFilter: 'web' }, { type: 'host', host: aHost({ group: 'lab' }) }),
    listed,
  ];
  for (const state of states) expect(lines(state).rows).toEqual(linesSelector()(state).rows);
});

test('a filter finds nothing where neither a domain nor a host has what is looked for', () => {
  expect(findsNothing({ ...listed, domainFilter: 'nothing' })).toBe(true);
  expect(findsNothing({ ...listed, domainFilter: 'web' })).toBe(false);
  expect(findsNothing({ ...listed, domainFilter: listed.hosts[0]?.name ?? '' })).toBe(false);
  expect(findsNothing({ ...listed, hosts: [], domains: new Map(), domainFilter: ' ' })).toBe(false);
});
