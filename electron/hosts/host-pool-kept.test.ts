import { afterEach, beforeEach, expect, it } from 'vitest';
import { unsaid } from '../../shared/host-list/details.ts';
import { rearranged } from '../../shared/host-list/order.ts';
import type { AppEvent, HostDetails } from '../../shared/schema.ts';
import { exportHosts, HostImports } from './host-file.ts';
import { HostPool, type KeptHosts } from './host-pool.ts';
import { Hub } from './hub.ts';

type Kept = Parameters<KeptHosts['keep']>[0][number];
let kept: Kept[];
let full: boolean;
let pool: HostPool;
let events: AppEvent[];
const uri = (name: string) => `qemu+ssh://${name}/system`;
const details = (more: Partial<HostDetails>): HostDetails => ({ ...unsaid, name: 'x', ...more });
const names = () => pool.hosts.map(({ name }) => name);

/** As the file keeps them. */
const store: KeptHosts = {
  list: () => kept,
  async keep(hosts) {
    const next = new Map(kept.map((host) => [host.key, host]));
    for (const host of hosts) next.set(host.key, { ...host, id: next.get(host.key)?.id ?? host.id });
    kept = [...next.values()];
  },
  async arrange(hosts) {
    if (full) throw new Error('no room');
    const all = [...kept, ...hosts.filter(({ key }) => !kept.some((host) => host.key === key))];
    kept = rearranged(
      all,
      ({ key }) => key,
      hosts.map(({ key }) => key),
    );
  },
  async remove(key) {
    kept = kept.filter((host) => host.key !== key);
  },
};

function start(): void {
  const hub = new Hub();
  const publish = hub.publish.bind(hub);
  hub.publish = (event) => {
    events.push(event);
    publish(event);
  };
  const nowhere = () => ({ dial: () => new Promise<never>(() => {}), describe: () => 'nowhere', close: () => {} });
  pool = new HostPool({ hub, store, log: () => {}, openSimulator: nowhere, openTransport: nowhere });
}

beforeEach(() => {
  kept = [];
  full = false;
  events = [];
  start();
});
afterEach(() => pool.close());

async function restart(): Promise<void> {
  await pool.close();
  start();
  pool.restore();
}

it('keeps what is said of a host that was added, and of one that is found', async () => {
  const added = await pool.add(uri('a'), undefined, true);
  const found = await pool.add('qemu:///system', undefined, false);
  pool.addSimulated();
  await pool.edit(added, details({ name: 'alpha', group: 'lab', protected: true }));
  await pool.edit(found, details({ name: 'mine', colour: 'teal', note: 'one\ntwo' }));
  await pool.edit('simulated', details({ name: 'play' }));
  expect(events.at(-1)).toMatchObject({ type: 'host', host: { id: 'simulated', name: 'play' } });
  await restart();
  await pool.add('qemu:///system', undefined, false);
  pool.addSimulated();
  expect(pool.hosts).toMatchObject([
    { id: added, name: 'alpha', group: 'lab', protected: true },
    { name: 'mine', colour: 'teal', note: 'one\ntwo', kind: 'local' },
    { id: 'simulated', name: 'play' },
  ]);
});

it('has the demo again that somebody has added, until it is removed', async () => {
  const id = await pool.addDemo();
  expect(await pool.addDemo()).toBe(id);
  expect(names()).toEqual(['Demo (simulated)']);
  await pool.edit(id, details({ name: 'play' }));
  await restart();
  expect(names()).toEqual(['play']);
  await pool.remove(id);
  await restart();
  expect(names()).toEqual([]);
  await pool.addDemo();
  expect(names()).toEqual(['Demo (simulated)']);
});

it('takes a host a step at a time, tells it at once, and the order outlives the run', async () => {
  for (const name of ['a', 'b', 'c']) await pool.add(uri(name), undefined, true);
  pool.addSimulated();
  const [a, b, c, demo] = pool.hosts.map(({ id }) => id) as [string, string, string, string];
  const up = () => pool.move({ kind: 'host', id: demo }, -1);
  const both = [up(), up()];
  expect(events.at(-1)).toEqual({ type: 'host-order', hostIds: [a, demo, b, c] });
  await Promise.all(both);
  await pool.move({ kind: 'host', id: a }, 1);
  await pool.move({ kind: 'host', id: c }, 1);
  await pool.move({ kind: 'host', id: 'gone' }, 1);
  await pool.add(uri('d'), undefined, true);
  await restart();
  pool.addSimulated();
  expect(names()).toEqual(['Demo (simulated)', 'a', 'b', 'c', 'd']);
});

it('has the order again that it had where another one cannot be kept', async () => {
  for (const name of ['a', 'b']) await pool.add(uri(name), undefined, true);
  const [a, b] = pool.hosts.map(({ id }) => id) as [string, string];
  full = true;
  await expect(pool.move({ kind: 'host', id: a }, 1)).rejects.toThrow('no room');
  const orders = events.flatMap((event) => (event.type === 'host-order' ? [event.hostIds] : []));
  expect(orders).toEqual([
    [b, a],
    [a, b],
  ]);
});

it('gives all hosts of a group another one, those that are not in the list of this run too', async () => {
  for (const name of ['a', 'b', 'c']) await pool.add(uri(name), undefined, true);
  pool.addSimulated();
  for (const { id, name } of pool.hosts) if (name !== 'c') await pool.edit(id, details({ name, group: 'lab' }));
  await pool.close();
  start();
  await pool.add(uri('a'), undefined, false);
  pool.addSimulated();
  await pool.regroup('lab', 'attic');
  expect(pool.hosts.map(({ name, group }) => `${name} ${group}`)).toEqual(['a attic', 'Demo (simulated) attic']);
  await restart();
  expect(pool.hosts.map(({ name, group }) => `${name} ${group}`)).toEqual(['a attic', 'b attic', 'c ']);
});

it('a host that is added again has what was said of it, and one that is removed takes it along', async () => {
  const id = await pool.add(uri('a'), 'first', true);
  await pool.edit(id, details({ name: 'alpha', note: 'rack 4' }));
  expect(await pool.add(uri('a'), 'again', true)).toBe(id);
  expect(pool.hosts).toMatchObject([{ name: 'alpha', note: 'rack 4' }]);
  await pool.remove(id);
  await pool.add(uri('a'), undefined, true);
  expect(pool.hosts).toMatchObject([{ name: 'a', note: '' }]);
});

it('exports all but the simulated host, and imports what is not there', async () => {
  pool.addSimulated();
  await pool.edit(await pool.add(uri('a'), undefined, true), details({ name: 'alpha', group: 'lab' }));
  await pool.edit(await pool.add(uri('b'), undefined, true), details({ name: 'beta', protected: true }));
  const { text, count } = exportHosts(pool.hosts);
  expect(count).toBe(2);
  const [a, b] = pool.hosts;
  await pool.remove(a?.id ?? '');
  await pool.edit(b?.id ?? '', details({ name: 'beta', readOnly: true }));

  const imports = new HostImports(pool);
  const plan = imports.plan(text);
  expect(plan.rows).toMatchObject([
    { name: 'alpha', verdict: 'add' },
    { name: 'beta', verdict: 'differs', reason: 'The file says: protected, not read-only.' },
  ]);
  expect(await imports.run(plan.planId, false)).toEqual({ added: 1, changed: 0 });
  expect(pool.hosts.map(({ name, readOnly }) => [name, readOnly])).toContainEqual(['beta', true]);
  await expect(imports.run(plan.planId, true)).rejects.toMatchObject({ problem: { code: 'NO_PLAN' } });

  expect(await imports.run(imports.plan(text).planId, true)).toEqual({ added: 0, changed: 1 });
  const lines = (file: string) => file.split(/,?\n/).sort();
  expect(lines(exportHosts(pool.hosts).text)).toEqual(lines(text));
});

it('an import that is no longer what was read does nothing', async () => {
  const imports = new HostImports(pool);
  const { planId } = imports.plan(
    exportHosts([{ ...unsaid, id: 'a', name: 'a', uri: uri('a'), kind: 'ssh', connection: { status: 'disconnected' } }])
      .text,
  );
  await pool.add(uri('a'), 'other', true);
  await expect(imports.run(planId, true)).rejects.toMatchObject({ problem: { code: 'HOSTS_CHANGED' } });
  expect(names()).toEqual(['other']);
  expect(() => imports.plan('[]')).toThrow('not a list of hosts');
});
