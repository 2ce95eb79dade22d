import { expect, test } from 'vitest';
import type { SnapshotNames } from '../../shared/schema.ts';
import { aHost, anApp } from './fixtures.ts';
import { loadSnapshotNames, namesMissing } from './snapshot-names.ts';

const away = aHost({ id: 'e', name: 'kvm-edge', connection: { status: 'disconnected' } });

function anAppThatTells(told: readonly SnapshotNames[]) {
  const asked: string[] = [];
  async function* names({ hostId }: { hostId: string }) {
    asked.push(hostId);
    yield* told;
  }
  const app = anApp({ snapshots: { names } as never }, { hosts: [aHost(), aHost({ id: 'i', name: 'kvm-b' }), away] });
  return { app, asked };
}

test('connected hosts are asked, and what is missing is said', async () => {
  const { app, asked } = anAppThatTells([
    { found: [{ uuid: 'u', names: ['a'] }], left: 1 },
    { found: [{ uuid: 'v', names: ['b'] }], left: 0 },
  ]);
  expect(namesMissing(app.store.getState())).toEqual({
    loading: 'Still loading names from 2 hosts',
    unasked: 'kvm-edge is not connected',
  });
  await loadSnapshotNames(app, new AbortController().signal);
  expect(asked.sort()).toEqual(['h', 'i']);
  expect(namesMissing(app.store.getState()).loading).toBeNull();
  expect(app.store.getState().snapshotNames.get('h')?.byDomain).toEqual(
    new Map([
      ['u', ['a']],
      ['v', ['b']],
    ]),
  );
});

test('how many domains are left of one host', () => {
  const { app } = anAppThatTells([]);
  const names = (left: number) => ({ byDomain: new Map(), left });
  app.store.setState({
    snapshotNames: new Map([
      ['h', names(0)],
      ['i', names(2)],
    ]),
  });
  expect(namesMissing(app.store.getState()).loading).toBe('Still loading names from kvm-b, 2 domains left');
});

test('what is known stays until all is told anew; then what is gone goes', async () => {
  const { app } = anAppThatTells([{ found: [{ uuid: 'v', names: ['b'] }], left: 0 }]);
  app.store.setState({ snapshotNames: new Map([['h', { byDomain: new Map([['gone', ['x']]]), left: 0 }]]) });
  await loadSnapshotNames(app, new AbortController().signal);
  expect([...(app.store.getState().snapshotNames.get('h')?.byDomain.keys() ?? [])]).toEqual(['v']);
});
