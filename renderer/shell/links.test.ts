import { expect, it } from 'vitest';
import { unsaid } from '../../shared/host-list/details.ts';
import type { Link } from '../../shared/link.ts';
import type { Domain, Host } from '../../shared/schema.ts';
import { createAppStore } from '../store/store.ts';
import { nextStep } from './links.ts';

const link: Link = { action: 'revert', host: 'qemu:///system', domain: 'web', snapshot: 'clean' };
const host = (status: string): Host => ({
  id: 'h',
  name: 'here',
  uri: 'qemu:///system',
  kind: 'local',
  ...unsaid,
  connection: { status } as never,
});
const domain = { hostId: 'h', uuid: 'u', name: 'web' } as Domain;
const step = (hosts: Host[], domains: Domain[] = [], late = false) => {
  const state = { ...createAppStore().getState(), hosts, domains: new Map(domains.map((each) => ['h/u', each])) };
  return nextStep(state, link, late);
};

it('leads to the domain, by its name or its UUID', () => {
  expect(step([host('connected')], [domain])).toEqual({ kind: 'there', domain });
  expect(step([host('connected')], [{ ...domain, name: 'other', uuid: 'web' }])).toMatchObject({ kind: 'there' });
});

it('never adds a host by itself', () => {
  expect(step([])).toMatchObject({ kind: 'failed', why: expect.stringContaining('not in the list of hosts') });
  expect(step([{ ...host('connected'), uri: 'qemu:///session' }])).toMatchObject({ kind: 'failed' });
});

it('waits for a host that is known, and no longer than that', () => {
  expect(step([host('connecting')])).toEqual({ kind: 'wait' });
  expect(step([host('disconnected')])).toMatchObject({ kind: 'wait', connect: { id: 'h' } });
  expect(step([host('connecting')], [], true)).toMatchObject({ kind: 'failed' });
  expect(step([host('refused')])).toMatchObject({ kind: 'failed', why: 'here is not connected.' });
});

it('says that there is no such domain', () => {
  expect(step([host('connected')], [{ ...domain, name: 'other' }])).toMatchObject({
    kind: 'failed',
    why: 'here has no domain “web”.',
  });
});
