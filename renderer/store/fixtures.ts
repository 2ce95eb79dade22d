import type {
  Assessment,
  Domain,
  Host,
  Operation,
  RevertOutcome,
  RevertPlan,
  Snapshot,
  StartState,
} from '../../shared/schema.ts';
import type { Client } from '../api.ts';
import { type App, type AppState, createAppStore } from './store.ts';

/** Invented data for unit tests: one host with one domain, and whatever a test changes of them. */
export function aHost(more: Partial<Host> = {}): Host {
  const connection: Host['connection'] = {
    status: 'connected',
    driver: 'QEMU',
    libvirtVersion: 11003000,
    hypervisorVersion: 9002000,
    via: 'unix socket',
    roundTripMs: 0.4,
  };
  return { id: 'h', name: 'kvm-a', uri: 'qemu:///system', kind: 'local', connection, ...more };
}

export function aDomain(more: Partial<Domain> = {}): Domain {
  return {
    hostId: 'h',
    uuid: 'u',
    name: 'db-01',
    id: 1,
    state: 'running',
    reason: 'booted',
    persistent: true,
    managedSave: false,
    snapshotCount: 2,
    ...more,
  };
}

export function aSnapshot(name: string, parent: string | null = null, createdAt = 0): Snapshot {
  return {
    name,
    parent,
    createdAt,
    description: '',
    state: 'running',
    memory: 'internal',
    kind: 'internal',
    disks: [],
  };
}

export function anAssessment(more: Partial<Assessment> = {}): Assessment {
  return {
    outcome: 'running',
    losses: [],
    warnings: [],
    requirements: [],
    blockers: [],
    virsh: 'virsh snapshot-revert db-01 clean',
    ...more,
  };
}

export function aPlan(choices: Partial<Record<StartState, Assessment>> = {}, planId = 'p1'): RevertPlan {
  const { uuid, name, state, persistent, managedSave } = aDomain();
  return {
    planId,
    hostId: 'h',
    hostName: 'kvm-a',
    target: { kind: 'named', name: 'clean' },
    gatheredAt: 0,
    facts: {
      driver: 'QEMU',
      libvirtVersion: 11003000,
      domain: { uuid, name, state, persistent, managedSave, blockJobs: [], consoles: [] },
      snapshot: aSnapshot('clean'),
      hasConfig: true,
      current: 'clean',
      configChanges: [],
      riskReported: null,
    },
    choices: { 'as-saved': anAssessment(), running: anAssessment(), paused: anAssessment(), ...choices },
  };
}

export function anOutcome(more: Partial<RevertOutcome> = {}): RevertOutcome {
  const found = { state: 'running' as const, reason: 'from snapshot', current: 'clean' };
  return { operationId: 'o', result: 'done', forced: false, found, differences: [], ...more };
}

export function anOperation(more: Partial<Operation> = {}): Operation {
  return {
    id: 'o',
    kind: 'revert',
    hostId: 'h',
    uuid: 'u',
    domainName: 'db-01',
    snapshotName: 'clean',
    phase: 'reverting',
    startedAt: 0,
    endedAt: null,
    outcome: null,
    ...more,
  };
}

/** An app whose backend knows only the calls that the test gives it. */
export function anApp(client: object = {}, state: Partial<AppState> = {}): App {
  const domain = aDomain();
  const store = createAppStore({
    link: 'open',
    loaded: true,
    hosts: [aHost()],
    domains: new Map([['h/u', domain]]),
    place: { kind: 'domain', key: 'h/u' },
    history: {
      key: 'h/u',
      list: { snapshots: [aSnapshot('clean', null, 1), aSnapshot('dirty', 'clean', 2)], current: 'clean' },
      problem: null,
    },
    ...state,
  });
  return { store, client: client as Client };
}
