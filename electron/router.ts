import { setImmediate as nextTurn } from 'node:timers/promises';
import { implement, ORPCError, type Router } from '@orpc/server';
import { type Contract, contract } from '../shared/contract.ts';
import { type Kind, kinds } from '../shared/operations/registry.ts';
import type { AppInfo, SnapshotList, WindowState } from '../shared/schema.ts';
import { inParts, snapshotChange } from '../shared/snapshot-change.ts';
import { exportHosts, HostImports } from './hosts/host-file.ts';
import type { HostFinder } from './hosts/host-finder.ts';
import type { HostPool } from './hosts/host-pool.ts';
import type { HostSession } from './hosts/host-session.ts';
import type { Hub } from './hosts/hub.ts';
import { reasonIn, toProblem } from './hosts/problems.ts';
import type { Questions } from './hosts/questions.ts';
import { readAgain } from './hosts/read-again.ts';
import type { SecretStore } from './hosts/secrets.ts';
import { snapshotNames } from './hosts/snapshot-names.ts';
import { watchSnapshots } from './hosts/snapshot-watch.ts';
import { compareWithSnapshot } from './inspect/config-compare.ts';
import { openConsole } from './inspect/console/open.ts';
import { domainWords } from './inspect/domain-words.ts';
import { exportSnapshots } from './inspect/export.ts';
import { diskChains } from './inspect/health/layers.ts';
import { healthOf } from './inspect/health/report.ts';
import { KeptFigures } from './inspect/sizes/kept-figures.ts';
import { sizeList } from './inspect/sizes/list.ts';
import { snapshotSizes } from './inspect/sizes/sizes.ts';
import { stalePools } from './inspect/sizes/stale-pools.ts';
import { sizeTotal } from './inspect/sizes/total.ts';
import { snapshotDetail } from './inspect/snapshot-detail.ts';
import { snapshotSpan } from './inspect/snapshot-span.ts';
import type { Notices } from './kept/notices.ts';
import { captureConsole } from './kept/thumbnails/capture.ts';
import { consolePicture } from './kept/thumbnails/show.ts';
import { activePools } from './libvirt/pools.ts';
import { fileFacts } from './operations/create/files.ts';
import type { Batches } from './operations/engine/batches.ts';
import type { Engine } from './operations/engine/engine.ts';
import { StalePlanError } from './operations/engine/plans.ts';
import type { Services } from './operations/engine/services.ts';
import { refreshPools } from './operations/refresh-pools.ts';
import { undoOffer } from './operations/revert/undo.ts';

export interface RouterParts {
  readonly info: AppInfo;
  readonly hub: Hub;
  readonly pool: HostPool;
  readonly finder: HostFinder;
  readonly questions: Questions;
  readonly secrets: SecretStore;
  readonly notices: Notices;
  readonly services: Services;
  readonly engine: Engine;
  readonly batches: Batches;
  readonly present: (state: WindowState) => void;
  readonly diagnostics: () => string;
}
const never = new AbortController().signal;

export type AppRouter = Router<Contract, Record<never, never>>;

/** The contract, answered. The one place where errors become what the window may see. */
export function createRouter(parts: RouterParts): AppRouter {
  const { hub, pool, finder, questions, secrets, notices, services, engine, batches, present, diagnostics } = parts;
  const { operations, journal, marks, settings, thumbnails, log } = services;
  const imports = new HostImports(pool);
  const keptFigures = new KeptFigures();
  const hostName = (input: unknown) => {
    const id = (input as { hostId?: unknown } | undefined)?.hostId;
    return pool.hosts.find((host) => host.id === id)?.name ?? 'The host';
  };
  const forWindow = (error: unknown, input: unknown): unknown => {
    if (error instanceof ORPCError) return error;
    if (error instanceof StalePlanError) return new ORPCError('STALE_PLAN', { data: { changes: [...error.changes] } });
    const problem = toProblem(error, hostName(input));
    const unexpected = problem.code === 'UNEXPECTED' && error instanceof Error;
    log(unexpected ? (error.stack ?? error.message) : reasonIn(problem));
    return new ORPCError('PROBLEM', { data: problem, message: problem.what });
  };
  const os = implement(contract).use(async ({ next, signal }, input) => {
    try {
      return await next();
    } catch (error) {
      // Nobody waits for the answer any more.
      if (signal?.aborted && error === signal.reason) throw error;
      throw forWindow(error, input);
    }
  });
  /** What comes in was read by the contract as of this kind; the compiler can’t follow that through a variable. */
  const change = (kind: Kind) => {
    const { plan, held, run, planEach, runEach } = os.changes[kind] as unknown as typeof os.changes.power;
    return {
      plan: plan.handler(({ input }) => engine.plan(kind, input.hostId, input.uuid, input.aim as never) as never),
      held: held.handler(({ input }) => engine.held(kind, input.planId) as never),
      run: run.handler(({ input }) => engine.run(kind, input as never)),
      planEach: planEach.handler(({ input }) => batches.plan(kind, input.items, input.aim as never) as never),
      runEach: runEach.handler(({ input }) => {
        const { parallelPerHost = settings.get().labParallelPerHost } = input;
        return batches.run(kind, { ...input, parallelPerHost } as never);
      }),
    };
  };
  /** Something that changes nothing: where the connection goes meanwhile it is done again. */
  const reading = <T>(
    { hostId }: { readonly hostId: string },
    signal: AbortSignal | undefined,
    read: (session: HostSession) => Promise<T>,
  ): Promise<T> => {
    const session = pool.session(hostId);
    return readAgain(session, signal ?? never, () => read(session));
  };
  /** The same of what is told bit by bit, until the signal. */
  async function* telling<I extends { readonly hostId: string }, T>(
    input: I,
    tell: (session: HostSession) => AsyncGenerator<T>,
  ) {
    try {
      yield* tell(pool.session(input.hostId));
    } catch (error) {
      throw forWindow(error, input);
    }
  }
  async function* watched(session: HostSession, uuid: string, signal: AbortSignal) {
    let sent: SnapshotList | null = null;
    for await (const list of watchSnapshots(session, uuid, signal)) {
      const change = snapshotChange(sent, list);
      sent = list;
      if (change)
        for (const part of inParts(change)) {
          yield part;
          await nextTurn();
        }
      void marks.recognise(session.host, uuid, list.snapshots).catch((error: unknown) => log(`marks: ${error}`));
      void thumbnails
        .recognise(session.host, uuid, list.snapshots)
        .catch((error: unknown) => log(`pictures: ${error}`));
    }
  }

  return os.router({
    info: os.info.handler(() => parts.info),
    diagnostics: os.diagnostics.handler(() => diagnostics()),
    events: os.events.handler(({ signal }) =>
      hub.subscribe(
        () => ({
          type: 'everything',
          hosts: pool.hosts,
          domains: pool.domains,
          operations: operations.list(),
          questions: questions.list(),
          batches: batches.list(),
          marks: marks.list(),
          settings: settings.get(),
          notices: notices.list(),
        }),
        signal,
      ),
    ),
    hosts: {
      add: os.hosts.add.handler(async ({ input }) => ({
        hostId: await pool.add(await finder.resolve(input.uri), input.name, true, input.ssh),
      })),
      addDemo: os.hosts.addDemo.handler(async () => ({ hostId: await pool.addDemo() })),
      sources: os.hosts.sources.handler(({ signal }) => finder.sources(signal ?? never)),
      test: os.hosts.test.handler(({ input, signal }) => finder.test(input.uri, input.sshClient, signal ?? never)),
      remove: os.hosts.remove.handler(({ input }) => pool.remove(input.hostId)),
      connect: os.hosts.connect.handler(({ input }) => pool.session(input.hostId).connect()),
      disconnect: os.hosts.disconnect.handler(({ input }) => pool.session(input.hostId).disconnect()),
      edit: os.hosts.edit.handler(({ input }) => pool.edit(input.hostId, input.details)),
      regroup: os.hosts.regroup.handler(({ input }) => pool.regroup(input.from, input.to)),
      move: os.hosts.move.handler(({ input }) => pool.move(input.what, input.step)),
      pools: os.hosts.pools.handler(({ input, signal }) =>
        reading(input, signal, (session) => activePools(session.reads)),
      ),
      export: os.hosts.export.handler(() => exportHosts(pool.hosts)),
      planImport: os.hosts.planImport.handler(({ input }) => imports.plan(input.text)),
      import: os.hosts.import.handler(({ input }) => imports.run(input.planId, input.replace)),
    },
    questions: {
      answer: os.questions.answer.handler(({ input }) => questions.answer(input.id, input.answer)),
    },
    secrets: {
      remembered: os.secrets.remembered.handler(() => ({ count: secrets.count, in: secrets.kind })),
      forgetAll: os.secrets.forgetAll.handler(async () => {
        await secrets.forgetAll();
        return { count: secrets.count, in: secrets.kind };
      }),
    },
    domains: {
      words: os.domains.words.handler(({ input, signal }) =>
        reading(input, signal, (session) => domainWords(session, input.uuid)),
      ),
    },
    snapshots: {
      watch: os.snapshots.watch.handler(({ input, signal }) =>
        telling(input, (session) => watched(session, input.uuid, signal ?? never)),
      ),
      names: os.snapshots.names.handler(({ input, signal }) =>
        telling(input, (session) => snapshotNames(session, signal ?? never)),
      ),
      span: os.snapshots.span.handler(({ input, signal }) =>
        reading(input, signal, (session) => snapshotSpan(session, input.uuid)),
      ),
      refresh: os.snapshots.refresh.handler(({ input, signal }) =>
        reading(input, signal, (session) => session.refreshSnapshots(input.uuid)),
      ),
      detail: os.snapshots.detail.handler(({ input, signal }) =>
        reading(input, signal, (session) => snapshotDetail(session, input.uuid, input.name)),
      ),
      disks: os.snapshots.disks.handler(({ input, signal }) =>
        reading(input, signal, (session) => diskChains(session, input.uuid, input.name, signal ?? never)),
      ),
      compare: os.snapshots.compare.handler(({ input, signal }) =>
        reading(input, signal, (session) => compareWithSnapshot(session, input.uuid, input.name, input.with)),
      ),
    },
    sizes: {
      list: os.sizes.list.handler(({ input, signal }) =>
        reading(input, signal, (session) => sizeList(session, input.uuid, signal ?? never)),
      ),
      total: os.sizes.total.handler(({ input, signal }) =>
        reading(input, signal, (session) => sizeTotal(session, input.uuid, signal ?? never)),
      ),
      of: os.sizes.of.handler(({ input, signal }) =>
        reading(input, signal, (session) =>
          snapshotSizes(session, input.uuid, input.names, keptFigures, signal ?? never),
        ),
      ),
      stalePools: os.sizes.stalePools.handler(({ input, signal }) =>
        reading(input, signal, (session) => stalePools(session, input.uuid, signal ?? never)),
      ),
      refreshPools: os.sizes.refreshPools.handler(({ input, signal }) =>
        refreshPools(pool.session(input.hostId), input.uuid, input.pools, signal ?? never, log),
      ),
    },
    health: {
      get: os.health.get.handler(({ input, signal }) =>
        reading(input, signal, (session) => healthOf(session, input.uuid, signal ?? never, marks)),
      ),
    },
    console: {
      open: os.console.open.handler(({ input }) => openConsole(pool.session(input.hostId), input.uuid, process.env)),
    },
    undoOffer: os.undoOffer.handler(({ input, signal }) =>
      reading(input, signal, (session) => undoOffer(session, input.uuid, marks)),
    ),
    create: {
      files: os.create.files.handler(({ input, signal }) =>
        reading(input, signal, (session) => fileFacts(session, input.paths)),
      ),
    },
    metadata: {
      export: os.metadata.export.handler(({ input, signal }) =>
        reading(input, signal, (session) => exportSnapshots(session, input.uuid)),
      ),
    },
    thumbnails: {
      list: os.thumbnails.list.handler(({ input }) => thumbnails.list(pool.session(input.hostId).host, input.uuid)),
      get: os.thumbnails.get.handler(async ({ input }) =>
        consolePicture(await thumbnails.read(pool.session(input.hostId).host, input.uuid, input)),
      ),
      now: os.thumbnails.now.handler(async ({ input }) =>
        consolePicture(await captureConsole(pool.session(input.hostId), input.uuid, log)),
      ),
      usage: os.thumbnails.usage.handler(() => thumbnails.usage()),
      clear: os.thumbnails.clear.handler(async () => {
        await thumbnails.clear();
        return thumbnails.usage();
      }),
    },
    changes: Object.fromEntries(kinds.map((kind) => [kind, change(kind)])) as never,
    operations: {
      cancel: os.operations.cancel.handler(({ input }) => operations.cancel(input.id)),
    },
    journal: {
      list: os.journal.list.handler(({ input: { hostId, uuid, limit } }) => {
        const host = hostId === undefined ? undefined : pool.session(hostId).host;
        return journal.list({ limit, ...(host ? { host } : {}), ...(uuid === undefined ? {} : { uuid }) });
      }),
      lastReverts: os.journal.lastReverts.handler(() => journal.lastReverts()),
      xml: os.journal.xml.handler(({ input }) => journal.xml(...input.requestIds)),
    },
    settings: {
      get: os.settings.get.handler(() => settings.get()),
      set: os.settings.set.handler(async ({ input }) => {
        const now = await settings.set(input);
        await thumbnails.tidy();
        return now;
      }),
    },
    window: {
      present: os.window.present.handler(({ input }) => present(input)),
    },
    marks: {
      get: os.marks.get.handler(() => marks.list()),
      set: os.marks.set.handler(async ({ input }) => {
        const { host } = pool.session(input.hostId);
        if (input.kind === 'protected') await marks.protect(host, input.uuid, input.on);
        else if (input.kind === 'pinned') await marks.pin(host, input.uuid, input.name, input.createdAt, input.on);
        else await marks.tag(host, input.uuid, input.name, input.createdAt, input.tags);
        return marks.list();
      }),
    },
    batches: {
      stop: os.batches.stop.handler(({ input }) => batches.stop(input.id)),
    },
  });
}
