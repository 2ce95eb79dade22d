import { expect, test } from 'vitest';
import { aDomain, aHost, anApp } from './fixtures.ts';
import { followPlaces, readPlaces, stepFrom, travel } from './places.ts';
import type { Place } from './store.ts';

const domain = (uuid: string): Place => ({ kind: 'domain', key: `h/${uuid}` });
const host: Place = { kind: 'host', hostId: 'h' };

function anAppWithPlaces() {
  const domains = new Map(['a', 'b'].map((uuid) => [`h/${uuid}`, aDomain({ uuid, name: uuid })]));
  const { store } = anApp({}, { place: null, hosts: [aHost()], domains });
  let recent: readonly Place[] = [];
  followPlaces(store, (now) => {
    recent = now;
    store.setState(({ settings }) => ({ settings: { ...settings, recentPlaces: now } }));
  });
  const show = (place: Place) => store.setState({ place });
  return { store, show, recent: () => recent };
}

test('back and forward go through the places and their tabs; another place leaves what lay ahead', () => {
  const { store, show } = anAppWithPlaces();
  expect(travel(store, -1)).toBe(false);
  show(domain('a'));
  store.setState({ domainTab: 'health' });
  show(host);
  expect(travel(store, -1)).toBe(true);
  expect(store.getState()).toMatchObject({ place: domain('a'), domainTab: 'health' });
  travel(store, -1);
  expect(store.getState()).toMatchObject({ place: domain('a'), domainTab: 'snapshots' });
  expect(travel(store, -1)).toBe(false);
  travel(store, 1);
  travel(store, 1);
  expect(store.getState().place).toEqual(host);
  travel(store, -1);
  show(domain('b'));
  expect(travel(store, 1)).toBe(false);
  travel(store, -1);
  expect(store.getState().place).toEqual(domain('a'));
});

test('a place that is gone is passed over, and nothing of it is kept', () => {
  const { store, show } = anAppWithPlaces();
  show(host);
  show(domain('a'));
  show(domain('b'));
  store.setState({ domains: new Map([['h/b', aDomain({ uuid: 'b' })]]) });
  expect(stepFrom(store.getState(), -1)).toBe(0);
  travel(store, -1);
  expect(store.getState().place).toEqual(host);
});

test('the last places are kept, each once and the newest first', () => {
  const { show, recent } = anAppWithPlaces();
  show(domain('a'));
  show(host);
  show({ kind: 'connect' });
  show(domain('a'));
  expect(recent()).toEqual([domain('a'), host]);
});

test('another domain is shown without anything of the one before', () => {
  const { store, show } = anAppWithPlaces();
  show(domain('a'));
  store.setState({ selectedRow: 'x', snapshotFilter: 'y', history: { key: 'h/b', list: null, problem: null } });
  travel(store, 1);
  show(domain('b'));
  travel(store, -1);
  expect(store.getState()).toMatchObject({
    selectedRow: null,
    snapshotFilter: '',
    history: { key: 'h/a', list: null },
  });
});

test('whatever was kept and is no place is left out', () => {
  expect(readPlaces([domain('a'), { kind: 'host' }, null, 'x', host, { kind: 'connect' }])).toEqual([
    domain('a'),
    host,
  ]);
  expect(readPlaces({})).toEqual([]);
});
