import { unsaid } from '../../shared/host-list/details.ts';
import type {
  Assessment,
  Batch,
  BatchRow,
  Domain,
  Host,
  Operation,
  Outcome,
  PlanRow,
  RevertDetail,
  RevertFacts,
  RevertPlan,
  Snapshot,
  StartState,
} from '../../shared/schema.ts';
import type { Client } from './api.ts';
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
  return { ...unsaid, id: 'h', name: 'kvm-a', uri: 'qemu:///system', kind: 'local', connection, ...more };
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
    verdict: 'safe',
    outcome: 'running',
    outcomeReason: 'from snapshot',
    losses: [],
    warnings: [],
    requirements: [],
    blockers: [],
    ...more,
  };
}

export function aPlan(
  choices: Partial<Record<StartState, Assessment>> = {},
  planId = 'p1',
  change: (facts: RevertFacts) => RevertFacts = (facts) => facts,
): RevertPlan {
  const { uuid, name, state, reason, persistent, managedSave } = aDomain();
  return {
    planId,
    hostId: 'h',
    hostName: 'kvm-a',
    uuid,
    domainName: name,
    virsh: { uri: null, domain: name },
    target: { kind: 'named', name: 'clean' },
    gatheredAt: 0,
    facts: change({
      driver: 'QEMU',
      libvirtVersion: 11003000,
      hypervisorVersion: 10000000,
      domain: {
        uuid,
        name,
        state,
        reason,
        persistent,
        managedSave,
        active: true,
        autostart: false,
        checkpoints: [],
        job: false,
        disks: [],
        blockJobs: [],
        consoles: [],
      },
      snapshot: aSnapshot('clean'),
      hasConfig: true,
      stored: {
        disks: [],
        files: [],
        notFiles: [],
        next: { missing: [], unseen: [] },
        nvram: null,
        tpm: false,
        genid: false,
        memoryFile: null,
      },
      overlays: [],
      history: {
        leftBehind: { names: [], count: 0 },
        destroyed: { names: [], count: 0 },
        unsure: { names: [], count: 0 },
        now: 'stays',
        spoiled: [],
      },
      current: 'clean',
      configChanges: [],
      riskReported: null,
      data: { state: 'there', why: [] },
    }),
    choices: { 'as-saved': anAssessment(), running: anAssessment(), paused: anAssessment(), ...choices },
    kind: 'revert',
    undo: false,
    safety: {
      available: true,
      kind: 'internal',
      memory: true,
      name: 'before-revert',
      reasons: [],
      notes: [],
      doubts: [],
      virsh: 'virsh snapshot-create-as db-01 before-revert',
    },
    protected: false,
  };
}

export function anOutcome(more: Partial<Outcome> = {}, detail: Partial<RevertDetail> = {}): Outcome {
  const found = { state: 'running' as const, reason: 'from snapshot', current: 'clean' };
  return {
    operationId: 'o',
    result: 'done',
    notes: [],
    found,
    differences: [],
    detail: { forced: false, ...detail },
    ...more,
  };
}

export function anOperation(more: Partial<Operation> = {}): Operation {
  return {
    id: 'o',
    kind: 'revert',
    hostId: 'h',
    uuid: 'u',
    domainName: 'db-01',
    subject: '“clean”',
    phase: 'reverting',
    startedAt: 0,
    endedAt: null,
    outcome: null,
    progress: null,
    cancellable: false,
    cancelRequested: false,
    ...more,
  };
}

export function aPlanRow(more: Partial<PlanRow<RevertPlan>> = {}): PlanRow<RevertPlan> {
  return { hostId: 'h', hostName: 'kvm-a', uuid: 'u', domainName: 'db-01', plan: aPlan(), ...more };
}

export function aBatchRow(more: Partial<BatchRow> = {}): BatchRow {
  return {
    planId: 'p1',
    hostId: 'h',
    hostName: 'kvm-a',
    uuid: 'u',
    domainName: 'db-01',
    subject: '“clean”',
    status: 'ended',
    startedAt: 0,
    endedAt: 1,
    outcome: anOutcome(),
    changes: [],
    ...more,
  };
}

export function aBatch(rows: Batch['rows'], more: Partial<Batch> = {}): Batch {
  return {
    id: 'l',
    kind: 'revert',
    startedAt: 0,
    endedAt: 1,
    onFailure: 'stop',
    stopRequested: false,
    rows,
    leftOut: [],
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
