import { expect, it } from 'vitest';
import type { CreateDraft, CreateFacts } from '../../schema.ts';
import { assessCreate } from './assess.ts';
import { disk, draft, facts, offFacts } from './fixtures.ts';

type Unknown = readonly [fact: string, change: Partial<CreateFacts>, matters: (of: CreateFacts, mode: Mode) => boolean];
type Mode = CreateDraft['mode'];

const virsh = { uri: null, domain: 'web-01' };
const always = () => true;
const whileOn = (of: CreateFacts) => of.active;
const internal = (_: CreateFacts, mode: Mode) => mode.endsWith('internal');
const memory = (_: CreateFacts, mode: Mode) => mode.startsWith('memory');
const drawn = (change: Parameters<typeof disk>[1]) => ({ disks: [disk('vda', change)] });

/** Every fact that can be unknown, and where a verdict needs it. */
const unknown: readonly Unknown[] = [
  ['state', { state: 'unknown' }, always],
  ['state', { state: 'nostate' }, always],
  ['job', { job: null }, whileOn],
  ['block jobs', { blockJobs: null }, whileOn],
  ['checkpoints', { checkpoints: null }, (of, mode) => !of.active || internal(of, mode)],
  ['memory', { memoryBytes: null }, memory],
  ['devices', { devices: [{ kind: 'unknown', words: 'a thing' }] }, memory],
  ['a snapshot', { snapshots: [{ name: 'a', kind: 'none', memory: 'unknown', state: 'unknown' }] }, always],
  ['whether an image is there', drawn({ exists: null }), always],
  ['how deep a chain is', drawn({ depth: null }), (of, mode) => !of.active || mode.endsWith('external')],
  ['a format', drawn({ format: null }), internal],
  ['what is in an image', drawn({ tags: null }), internal],
  ['a kind of disk', drawn({ type: 'holographic', exists: null }), always],
  ['a kind of device', drawn({ device: 'tape' }), always],
  ['an attribute', drawn({ snapshot: 'unknown' }), always],
];

const on: readonly Mode[] = ['memory-internal', 'memory-external', 'disks-external'];
const off: readonly Mode[] = ['disks-internal', 'disks-external'];
const cases = [...on.map((mode) => ({ of: facts(), mode })), ...off.map((mode) => ({ of: offFacts(), mode }))];
const verdict = (of: CreateFacts, mode: Mode) => assessCreate(of, draft(of, mode), virsh).verdict;

it.each(cases)('what is all known and harmless is safe: $mode of a guest that is $of.state', ({ of, mode }) => {
  expect(verdict(of, mode)).toBe('safe');
});

it.each(unknown)('%s unknown is never safe where it matters, and is said', (_, change, matters) => {
  for (const { of, mode } of cases) {
    const changed = { ...of, ...change };
    const { blockers, unknown: said } = assessCreate(changed, draft(changed, mode), virsh);
    if (!matters(of, mode)) continue;
    expect({ mode, state: of.state, verdict: verdict(changed, mode) }).not.toMatchObject({ verdict: 'safe' });
    expect(said.length + blockers.length).toBeGreaterThan(0);
  }
});
