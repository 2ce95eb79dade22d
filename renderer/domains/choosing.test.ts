import { expect, test } from 'vitest';
import { aDomain, aHost, anApp } from '../store/fixtures.ts';
import { chooseByKey, keysBetween, toggleRow } from './choosing.ts';
import type { ListRow } from './list-rows.ts';

const of = aHost();
const place = { level: 1, position: 1, siblings: 1 };
const group: ListRow = { kind: 'group', key: 'g', group: 'lab', hosts: [of], open: true, ...place };
const host: ListRow = { kind: 'host', key: 'h', host: of, domains: 2, open: true, ...place };
const domain = (uuid: string): ListRow => ({
  kind: 'domain',
  key: `h/${uuid}`,
  domain: aDomain({ uuid }),
  ...place,
});
const rows = [host, domain('a'), domain('b')] as const;

test('a host or a group stands for all its listed domains; again, for none of them', () => {
  const { store } = anApp();
  toggleRow(store, rows[1], rows);
  expect([...store.getState().chosen]).toEqual(['h/a']);
  toggleRow(store, host, rows);
  expect([...store.getState().chosen]).toEqual(['h/a', 'h/b']);
  toggleRow(store, host, rows);
  expect(store.getState().chosen.size).toBe(0);
  toggleRow(store, group, [group, ...rows]);
  expect(store.getState().chosen.size).toBe(2);
});

test('a range may be given either way round and holds domains only', () => {
  expect(keysBetween(2, 0, rows)).toEqual(['h/a', 'h/b']);
  expect(keysBetween(1, 1, rows)).toEqual(['h/a']);
});

test('Ctrl+A selects what is listed, Escape lets go, other keys are left alone', () => {
  const { store } = anApp();
  const press = (key: string, ctrlKey = false) => chooseByKey(store, { key, ctrlKey, metaKey: false }, rows);
  expect(press('Escape')).toBe(false);
  expect(press('a')).toBe(false);
  expect(press('a', true)).toBe(true);
  expect(store.getState().chosen.size).toBe(2);
  expect(press('Escape')).toBe(true);
  expect(store.getState().chosen.size).toBe(0);
});
