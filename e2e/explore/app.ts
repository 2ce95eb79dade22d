import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient, type RouterClient } from '@orpc/server';
import { type Backend, createBackend } from '../../electron/backend.ts';
import type { AppRouter } from '../../electron/router.ts';
import { emptyDraft, withAllDisks, withDisk } from '../../shared/operations/create/draft.ts';
import { newPaths } from '../../shared/operations/create/files.ts';
import { createType } from '../../shared/operations/create/type.ts';
import { deleteType } from '../../shared/operations/delete/type.ts';
import { editType, importType } from '../../shared/operations/metadata/types.ts';
import { consentsOfButton } from '../../shared/operations/operation.ts';
import { powerType } from '../../shared/operations/power/type.ts';
import { revertType } from '../../shared/operations/revert/type.ts';
import type { CreateDraft, Outcome, RevertAim, Statement } from '../../shared/schema.ts';
import type { Lab } from '../lab/lab.ts';
import { retry } from '../lab/run.ts';
import type { AppStep } from './steps.ts';

/** What the app says before something is done. */
export interface Plan {
  /** Why it would not be done; empty where it would. */
  readonly blockers: readonly Statement[];
  /** Of a revert; `ok` where there are no blockers of anything else. */
  readonly verdict: string;
  /** Losses, warnings, notes: everything that the person reads. */
  readonly said: readonly Statement[];
  /** Snapshots that it says will be gone. */
  readonly goes: readonly string[];
  /** As virsh calls the state afterwards; null where nothing is said of it. */
  readonly state: string | null;
  /** The snapshot that it is about, where the app chose it. */
  readonly target: string | null;
  run(): Promise<Ended>;
}

/** What came of it, by the app's account. */
export interface Ended {
  /** `stale`: the plan did not hold any more. */
  readonly result: Outcome['result'] | 'stale';
  readonly text: string;
  readonly differences: readonly string[];
  /** Safety snapshots: the one taken, and those removed. */
  readonly safety: string | null;
  readonly tidied: readonly string[];
}

/** The whole backend of the app, connected to a lab, as its window uses it. */
export class App {
  #exported: string | null = null;

  private constructor(
    private readonly backend: Backend,
    private readonly client: RouterClient<AppRouter>,
    private readonly dataDir: string,
    private readonly hostId: string,
    private readonly uuid: string,
  ) {}

  /** @throws Error when it does not connect */
  static async open(lab: Lab, uuid: string): Promise<App> {
    const dataDir = await mkdtemp(join(tmpdir(), 'snapkeel-explore-'));
    const backend = await createBackend({
      version: '0',
      shell: 'browser',
      dataDir,
      demo: false,
      connect: [lab.uri],
      log: () => {},
    });
    const client = createRouterClient(backend.router);
    // Names without the time: the same sequence has the same names.
    await client.settings.set({ thumbnails: false, safetyNamePattern: 'before-{snapshot}' });
    const [host] = (await everything(client)).hosts;
    if (!host) throw new Error('the app has no host');
    const app = new App(backend, client, dataDir, host.id, uuid);
    await app.connected();
    return app;
  }

  async close(): Promise<void> {
    await this.backend.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Waits until the app knows the domain, as after a restart of the daemon. */
  async connected(): Promise<void> {
    await retry(async () => {
      const { hosts, domains } = await everything(this.client);
      if (hosts[0]?.connection.status !== 'connected') {
        await this.client.hosts.connect({ hostId: this.hostId });
        throw new Error(`the app does not connect: ${JSON.stringify(hosts[0]?.connection)}`);
      }
      if (!domains.some(({ uuid }) => uuid === this.uuid)) throw new Error('the app does not see the domain');
    }, 60_000);
  }

  /** The verdict on a step, and a way to carry it out. A plan that can't be made is a refusal. */
  async plan(step: AppStep): Promise<Plan> {
    try {
      return await this.#planOf(step);
    } catch (error) {
      const { text, code } = refusal(error);
      const ended: Ended = { ...nothing, result: 'refused', text };
      return { ...silent, blockers: [{ code, text }], verdict: 'willFail', run: async () => ended };
    }
  }

  /** What the health tab says, which must always have an answer. */
  async health(): Promise<readonly string[]> {
    const { findings } = await this.client.health.get(this.#about);
    return findings.map(({ code }) => code);
  }

  get #about() {
    return { hostId: this.hostId, uuid: this.uuid };
  }

  async #planOf(step: AppStep): Promise<Plan> {
    const { client } = this;
    const about = this.#about;
    switch (step.do) {
      case 'create':
        return this.#create(step);
      case 'revert':
        return this.#revert({ kind: 'named', name: step.to }, step.start, step.safety, step.dropSave);
      case 'undo':
        return this.#revert({ kind: 'undo' }, 'as-saved', step.safety, false);
      case 'delete': {
        const { delete: deletion } = client.changes;
        const plan = await deletion.plan({ ...about, aim: { names: [...step.names] } });
        const choice = { mode: step.mode };
        const assessment = deleteType.assess(plan, plan.facts, choice);
        const { verdict, blockers, warnings, unknowns, goes } = assessment;
        const acknowledged = consentsOfButton(assessment);
        const run = () => deletion.run({ planId: plan.planId, choice, acknowledged });
        return { ...silent, verdict, blockers, said: [...warnings, ...unknowns], goes, run: () => ended(run) };
      }
      case 'describe':
      case 'rename': {
        const { edit } = client.changes;
        const plan = await edit.plan({ ...about, aim: { name: step.of } });
        const { snapshot, notes } = plan.facts;
        const renames = step.do === 'rename';
        const name = renames ? step.to : snapshot.name;
        const choice = { name, description: renames ? snapshot.description : step.text };
        const { blockers } = editType.assess(plan, plan.facts, choice);
        const run = () => edit.run({ planId: plan.planId, choice, acknowledged: [] });
        return {
          ...silent,
          ...verdictOf(blockers.filter(({ code }) => code !== 'NOTHING_TO_CHANGE')),
          said: notes,
          goes: renames ? [step.of] : [],
          run: () => ended(run),
        };
      }
      case 'make-current': {
        const makeCurrent = client.changes['make-current'];
        const { planId, facts } = await makeCurrent.plan({ ...about, aim: { name: step.of } });
        const run = () => makeCurrent.run({ planId, choice: {}, acknowledged: [] });
        return { ...silent, ...verdictOf(facts.refusal ? [facts.refusal] : []), run: () => ended(run) };
      }
      case 'export': {
        const { text } = await client.metadata.export(about);
        this.#exported = text;
        return { ...silent, run: async () => ({ ...nothing, result: 'done', text: '' }) };
      }
      case 'import': {
        const files = [{ name: 'exported.xml', text: this.#exported ?? '' }];
        const importing = client.changes.import;
        const plan = await importing.plan({ ...about, aim: { files } });
        const { rows, warnings } = plan.facts;
        const assessment = importType.assess(plan, plan.facts, {});
        const none = rows.every(({ verdict }) => verdict !== 'add');
        const blockers = none ? [{ code: 'NOTHING_TO_IMPORT', text: '' }, ...assessment.blockers] : assessment.blockers;
        const notes = rows.flatMap(({ notes }) => notes.map((text) => ({ code: 'NOTE', text })));
        const acknowledged = consentsOfButton(assessment);
        const run = () => importing.run({ planId: plan.planId, choice: {}, acknowledged });
        return { ...silent, ...verdictOf(blockers), said: [...warnings, ...notes], run: () => ended(run) };
      }
      case 'power': {
        const { action, discardSave } = step;
        const { power } = client.changes;
        const plan = await power.plan({ ...about, aim: { action } });
        const choice = { discardSave };
        const assessment = powerType.assess(plan, plan.facts, choice);
        const { blockers, losses } = assessment;
        const acknowledged = consentsOfButton(assessment);
        const run = () => power.run({ planId: plan.planId, choice, acknowledged });
        const doubt = blockers.length === 0 && plan.facts.unseen.length > 0 ? { verdict: 'risky' as const } : {};
        return { ...silent, ...verdictOf(blockers), ...doubt, said: losses, run: () => ended(run) };
      }
    }
  }

  async #create({ name, mode, live, without }: Extract<AppStep, { do: 'create' }>): Promise<Plan> {
    const { client } = this;
    const plan = await client.changes.create.plan({ ...this.#about, aim: {} });
    const { planId, facts } = plan;
    // Whoever takes a snapshot says of each disk whether it is part of it, whatever the configuration’s attribute says.
    const all = withAllDisks(facts, { ...emptyDraft, name, mode, live });
    const draft: CreateDraft = without.reduce((less, target) => withDisk(less, target, { include: false }), all);
    const { hostId } = this;
    const asked = await client.create.files({ hostId, paths: newPaths(facts, draft).slice(0, 64) });
    const files = {
      exists: { ...facts.files.exists, ...asked.exists },
      free: { ...facts.files.free, ...asked.free },
    };
    const assessment = createType.assess(plan, { ...facts, files }, draft);
    const { verdict, blockers, warnings, wayBack, unknown, notes } = assessment;
    const acknowledged = consentsOfButton(assessment);
    const run = () => client.changes.create.run({ planId, choice: draft, acknowledged });
    const said = [...warnings, ...wayBack, ...unknown, ...notes];
    return { ...silent, verdict, blockers, said, run: () => ended(run) };
  }

  async #revert(target: RevertAim, start: 'as-saved' | 'running' | 'paused', safety: boolean, dropSave: boolean) {
    const { client } = this;
    const plan = await client.changes.revert.plan({ ...this.#about, aim: target });
    const { planId, facts, safety: offer } = plan;
    const safetySnapshot = safety && offer.available;
    const removeManagedSave = dropSave && facts.domain.managedSave;
    const choice = { startState: start, safetySnapshot, removeManagedSave, resetNvram: false };
    const assessment = revertType.assess(plan, facts, choice);
    const { verdict, outcome, losses, warnings, requirements, blockers } = assessment;
    const acknowledged = assessment.consents.map(({ code }) => code);
    const run = () => client.changes.revert.run({ planId, choice, acknowledged });
    return {
      ...silent,
      blockers,
      verdict,
      said: [...losses, ...warnings, ...requirements, ...(safetySnapshot ? [...offer.notes, ...offer.doubts] : [])],
      state: outcome === 'shutoff' ? 'shut off' : outcome,
      target: facts.snapshot.name,
      run: () => ended(run),
    };
  }
}

const nothing = { differences: [], safety: null, tidied: [] } as const;
const silent = { blockers: [], verdict: 'ok', said: [], goes: [], state: null, target: null } as const;

function verdictOf(blockers: readonly Statement[]): Pick<Plan, 'blockers' | 'verdict'> {
  return { blockers, verdict: blockers.length > 0 ? 'willFail' : 'ok' };
}

async function ended(run: () => Promise<Outcome>): Promise<Ended> {
  try {
    const outcome = await run();
    const { result, differences, problem } = outcome;
    const text = problem ? [problem.code, problem.what, problem.detail ?? ''].join(' | ') : '';
    const { safety, tidied } = outcome.detail ?? {};
    return {
      result,
      text,
      differences,
      safety: safety?.result === 'taken' ? safety.name : null,
      tidied: tidied?.removed ?? [],
    };
  } catch (error) {
    const { code, text } = refusal(error);
    return { ...nothing, result: code === 'STALE_PLAN' ? 'stale' : 'refused', text };
  }
}

/** What the backend threw, as the window is told. */
function refusal(error: unknown): { code: string; text: string } {
  const { code = 'THROWN', data } = error as {
    code?: string;
    data?: { code?: string; what?: string; detail?: string; changes?: string[] };
  };
  if (code === 'PROBLEM') return { code: data?.code ?? code, text: [data?.code, data?.what, data?.detail].join(' | ') };
  return { code, text: data?.changes?.join(' ') ?? (error instanceof Error ? error.message : String(error)) };
}

async function everything(client: RouterClient<AppRouter>) {
  for await (const event of await client.events()) if (event.type === 'everything') return event;
  throw new Error('the app sends no first event');
}
