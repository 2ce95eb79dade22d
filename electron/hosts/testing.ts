import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { AppEvent, Domain, HostStatus } from '../../shared/schema.ts';
import { Engine } from '../operations/engine/engine.ts';
import { drivers } from '../operations/registry.ts';
import { RevertPlans } from '../operations/revert/plans.ts';
import { buildDomain, type DomainSpec } from '../simulator/build.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../simulator/simulator.ts';
import { CreatePlans } from './create/plans.ts';
import type { Ground } from './ground.ts';
import { HostSession } from './host-session.ts';
import { Hub } from './hub.ts';
import type { AppendFile } from './journal/file.ts';
import { Journal } from './journal/journal.ts';
import { MarkStore } from './marks.ts';
import { MetadataPlans } from './metadata/plans.ts';
import { Operations } from './operations.ts';
import { SettingsStore } from './settings.ts';
import { Thumbnails } from './thumbnails/store.ts';

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
    read: async () => file.text,
    async append(line) {
      const failure = file.failNext;
      file.failNext = null;
      if (failure) throw failure;
      file.text += `${line}\n`;
    },
    close: async () => {},
  };
  return file;
}

/** For tests: what changes stand on, in a folder of its own. */
export async function createGround(bench: Pick<Bench, 'hub' | 'session' | 'lines'>, file: AppendFile = memoryFile()) {
  const folder = join(tmpdir(), `snapkeel-test-${randomUUID()}`);
  const log = (line: string) => void bench.lines.push(line);
  const journal = await Journal.open({ file, who: 'tester', log });
  const settings = await SettingsStore.open(join(folder, 'settings.json'), bench.hub, log);
  const marks = await MarkStore.open(join(folder, 'marks.json'), bench.hub, () => [bench.session.host], log);
  const thumbnails = await Thumbnails.open(join(folder, 'thumbnails'), () => settings.get(), log);
  const plans = new RevertPlans(marks, settings);
  const creates = new CreatePlans(settings);
  const metadata = new MetadataPlans();
  const ground: Ground = {
    operations: new Operations(bench.hub),
    plans,
    metadata,
    creates,
    journal,
    marks,
    settings,
    thumbnails,
    log,
  };
  return ground;
}

/** For tests: the one mechanism, on a bench. */
export function engineOn(
  { session }: Pick<Bench, 'session'>,
  ground: Ground,
  others: Partial<typeof drivers> = {},
): Engine {
  return new Engine({ ...drivers, ...others }, ground, () => session);
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
    host: { id: 'lab', name: 'Lab', uri: 'qemu+ssh://lab/system', kind: 'ssh' },
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
