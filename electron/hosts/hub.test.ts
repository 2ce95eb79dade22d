import { expect, it } from 'vitest';
import type { AppEvent } from '../../shared/schema.ts';
import { Hub } from './hub.ts';

const event = (id: string): AppEvent => ({ type: 'question-closed', id });
const idOf = (result: IteratorResult<AppEvent>) => (result.value as { id?: string } | undefined)?.id;

it('gives the first event, then every one since, also to a slow reader', async () => {
  const hub = new Hub();
  const stop = new AbortController();
  const events = hub.subscribe(() => event('first'), stop.signal);
  hub.publish(event('too early'));
  expect(idOf(await events.next())).toBe('first');
  for (let i = 0; i < 500; i++) hub.publish(event(`${i}`));
  for (let i = 0; i < 500; i++) expect(idOf(await events.next())).toBe(`${i}`);
  stop.abort();
});

it('misses nothing between the first event and the reader', async () => {
  const hub = new Hub();
  const events = hub.subscribe(() => {
    hub.publish(event('while the first was made'));
    return event('first');
  }, undefined);
  expect(idOf(await events.next())).toBe('first');
  expect(idOf(await events.next())).toBe('while the first was made');
  await events.return(undefined);
});

it('serves every subscriber on its own', async () => {
  const hub = new Hub();
  const [a, b] = [hub.subscribe(() => event('a'), undefined), hub.subscribe(() => event('b'), undefined)];
  expect([idOf(await a.next()), idOf(await b.next())]).toEqual(['a', 'b']);
  await a.return(undefined);
  hub.publish(event('x'));
  expect(idOf(await b.next())).toBe('x');
  expect((await a.next()).done).toBe(true);
  await b.return(undefined);
});

it('ends at the signal without an error, whether waiting or not', async () => {
  const hub = new Hub();
  const stop = new AbortController();
  const events = hub.subscribe(() => event('first'), stop.signal);
  await events.next();
  const waiting = events.next();
  stop.abort();
  expect((await waiting).done).toBe(true);
  const late = hub.subscribe(() => event('first'), stop.signal);
  expect((await late.next()).done).toBe(true);
});

it('is heard by who is no window, and links still wait for one', async () => {
  const hub = new Hub();
  const heard: unknown[] = [];
  hub.listen((each) => heard.push(Reflect.get(each, 'id')));
  hub.publishLater(event('later'));
  hub.publish(event('now'));
  expect(heard).toEqual(['now']);
  const events = hub.subscribe(() => event('first'), undefined);
  await events.next();
  expect(idOf(await events.next())).toBe('later');
  await events.return(undefined);
});
