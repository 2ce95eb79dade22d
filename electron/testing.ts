import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { unsaid } from '../shared/host-list/details.ts';
import { createType } from '../shared/operations/create/type.ts';
import { importType } from '../shared/operations/metadata/types.ts';
import { consentsOfButton } from '../shared/operations/operation.ts';
import { revertType } from '../shared/operations/revert/type.ts';
import {
  type AppEvent,
  type CreateDraft,
  type CreatePlan,
  type Domain,
  type EditChoice,
  type HostStatus,
  type ImportFile,
  type ImportPlan,
  Outcome,
  type RevertAim,
  type RevertChoice,
  type RevertPlan,
} from '../shared/schema.ts';
import { HostSession } from './hosts/host-session.ts';
import { Hub } from './hosts/hub.ts';
import type { AppendFile } from './kept/journal/file.ts';
import { Journal } from './kept/journal/journal.ts';
import { MarkStore } from './kept/marks.ts';
import { SettingsStore } from './kept/settings.ts';
import { Thumbnails } from './kept/thumbnails/store.ts';
import { Engine } from './operations/engine/engine.ts';
import { Operations } from './operations/engine/operations.ts';
import type { Services } from './operations/engine/services.ts';
import { drivers } from './operations/registry.ts';
import { buildDomain, type DomainSpec } from './simulator/build.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from './simulator/simulator.ts';

/** For tests: a journal's file in memory, and everything that was done to it. */
export interface MemoryFile extends AppendFile {
  text: string;
  /** The next append fails with this. */
  failNext: Error | null;
}

export function memoryFile(text = ''): MemoryFile {
  const file: MemoryFile = {
    text,
    failNext: null,
    lines: async function* () {
      yield* file.text.split('\n');
    },
    async append(...lines) {
      const failure = file.failNext;
      file.failNext = null;
      if (failure) throw failure;
      file.text += `${lines.join('\n')}\n`;
    },
    close: async () => {},
  };
  return file;
}

/** For tests: what changes stand on, in a folder of its own. */
export async function createServices(bench: Pick<Bench, 'hub' | 'session' | 'lines'>, file: AppendFile = memoryFile()) {
  const folder = join(tmpdir(), `snapkeel-test-${randomUUID()}`);
  const log = (line: string) => void bench.lines.push(line);
  const journal = await Journal.open({ file, who: 'tester', log });
  const settings = await SettingsStore.open(join(folder, 'settings.json'), bench.hub, log);
  const marks = await MarkStore.open(join(folder, 'marks.json'), bench.hub, () => [bench.session.host], log);
  const thumbnails = await Thumbnails.open(join(folder, 'thumbnails'), () => settings.get(), log);
  const services: Services = {
    operations: new Operations(bench.hub),
    journal,
    marks,
    settings,
    thumbnails,
    log,
  };
  return services;
}

/** For tests: the one mechanism, on a bench. */
export function engineOn(
  { session }: Pick<Bench, 'session'>,
  services: Services,
  others: Partial<typeof drivers> = {},
): Engine {
  return new Engine({ ...drivers, ...others }, services, () => session);
}

export interface TestedRevert extends Partial<RevertChoice> {
  /** Consents with a box of their own; what is read above the button is always agreed to. */
  readonly ticked?: readonly string[];
  readonly typedName?: string | undefined;
}

/** For tests: plans and carries out reverts. What only a revert tells stands beside the rest of its outcome. */
export function revertsOn(engine: Engine, hostId: string) {
  return {
    plan: (uuid: string, aim: RevertAim) => engine.plan('revert', hostId, uuid, aim),
    async run(plan: RevertPlan, { ticked = [], typedName, ...change }: TestedRevert = {}) {
      const { startState = 'as-saved', safetySnapshot = false, removeManagedSave = false, resetNvram = false } = change;
      const choice = { startState, safetySnapshot, removeManagedSave, resetNvram };
      const acknowledged = [...ticked, ...consentsOfButton(revertType.assess(plan, plan.facts, choice))];
      const { detail, ...outcome } = Outcome.parse(
        await engine.run('revert', { planId: plan.planId, choice, acknowledged, typedName }),
      );
      return { ...outcome, ...detail };
    },
  };
}

/** For tests: a draft that snapshots are taken by, and the plan it was made from. */
export interface Drafted {
  readonly plan: CreatePlan;
  readonly draft: CreateDraft;
}

/** For tests: plans and takes snapshots, with everything agreed to that is read above the button. */
export function takesOn(engine: Engine, hostId: string) {
  return {
    plan: (uuid: string) => engine.plan('create', hostId, uuid, {}),
    run({ plan, draft }: Drafted) {
      const acknowledged = consentsOfButton(createType.assess(plan, plan.facts, draft));
      return engine.run('create', { planId: plan.planId, choice: draft, acknowledged });
    },
  };
}

/** For tests: edits, moves being current and imports. What a plan found stands beside the rest of it. */
export function metadataOn(engine: Engine, hostId: string) {
  const flat = <P extends { readonly facts: object }>(plan: P): P & P['facts'] => ({ ...plan, ...plan.facts });
  return {
    planEdit: async (uuid: string, name: string) => flat(await engine.plan('edit', hostId, uuid, { name })),
    edit: ({ planId }: { readonly planId: string }, { name, description }: EditChoice, typedName?: string) =>
      engine.run('edit', { planId, choice: { name, description }, acknowledged: [], typedName }),
    planMakeCurrent: async (uuid: string, name: string) =>
      flat(await engine.plan('make-current', hostId, uuid, { name })),
    makeCurrent: ({ planId }: { readonly planId: string }, typedName?: string) =>
      engine.run('make-current', { planId, choice: {}, acknowledged: [], typedName }),
    planImport: async (uuid: string, files: ImportFile[]) => flat(await engine.plan('import', hostId, uuid, { files })),
    import(plan: ImportPlan, typedName?: string) {
      const acknowledged = consentsOfButton(importType.assess(plan, plan.facts, {}));
      return engine.run('import', { planId: plan.planId, choice: {}, acknowledged, typedName });
    },
  };
}

export const uuidOf = (n: number): string => `00000000-0000-4000-8000-${`${n}`.padStart(12, '0')}`;

/** For tests: one session with a simulated host of its own, and everything that it publishes. */
export interface Bench {
  readonly simulator: Simulator;
  readonly session: HostSession;
  readonly hub: Hub;
  readonly events: AppEvent[];
  readonly lines: string[];
  /** The names of the host's statuses so far, each change once. */
  statuses(): string[];
  status<S extends HostStatus['status']>(status: S): Promise<Extract<HostStatus, { status: S }>>;
  domain(name: string): Domain | undefined;
  /** Waits for something to become true. */
  until(truth: () => unknown, timeout?: number): Promise<void>;
  close(): Promise<void>;
}

export function createBench(specs: readonly DomainSpec[], options: SimulatorOptions = {}): Bench {
  const now = Math.floor(Date.now() / 1000);
  const simulator = createSimulator({ revertMs: 10, domains: specs.map((spec) => buildDomain(spec, now)), ...options });
  const hub = new Hub();
  const events: AppEvent[] = [];
  const lines: string[] = [];
  const publish = hub.publish.bind(hub);
  hub.publish = (event) => {
    events.push(event);
    publish(event);
  };
  const session = new HostSession({
    host: { ...unsaid, id: 'lab', name: 'Lab', uri: 'qemu+ssh://lab/system', kind: 'ssh' },
    driverUri: 'qemu:///system',
    openTransport: () => ({ dial: simulator.dial, describe: () => 'simulated', close: () => {} }),
    hub,
    log: (line) => lines.push(line),
  });
  const statuses = () => {
    const all = events.flatMap((event) => (event.type === 'host' ? [event.host.connection.status] : []));
    return all.filter((status, index) => status !== all[index - 1]);
  };
  const until = async (truth: () => unknown, timeout = 30_000) => {
    await vi.waitFor(
      () => {
        if (!truth()) throw new Error(`still not so: ${truth}`);
      },
      { timeout, interval: 3 },
    );
  };
  return {
    simulator,
    session,
    hub,
    events,
    lines,
    statuses,
    until,
    async status(status) {
      await until(() => session.host.connection.status === status);
      return session.host.connection as Extract<HostStatus, { status: typeof status }>;
    },
    domain: (name) => session.domains.find((each) => each.name === name),
    async close() {
      simulator.faults.freeze(false);
      await session.disconnect();
      simulator.close();
    },
  };
}
