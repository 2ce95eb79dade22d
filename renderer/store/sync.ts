import { rearranged } from '../../shared/host-list/order.ts';
import type { AppEvent, Batch, Operation, SnapshotList } from '../../shared/schema.ts';
import { changedList } from '../../shared/snapshot-change.ts';
import { hereKey } from '../../shared/snapshot-tree.ts';
import { changeSettings, noteTold, pushNotice } from './actions.ts';
import { type Api, problemOf } from './api.ts';
import { batchNotice } from './batch-words.ts';
import { DomainChanges } from './domains.ts';
import { unfolding } from './folds.ts';
import { learnLastReverts, revertsVersion } from './last-reverts.ts';
import { endNotice } from './notices.ts';
import { followPlaces } from './places.ts';
import { rowAfter } from './row-after.ts';
import { batchOf, hostById, hostIdAt, hostIdOf, treeOf } from './selectors.ts';
import { type App, type AppState, type AppStore, domainKey } from './store.ts';
import { askUndoOffer, followUndoOffers } from './undo-offers.ts';

/** Events that come in one burst are applied together: after one is applied, others wait for this long. */
const batchMs = 16;
const againMs = 1000;
const settleMs = 100;

/** Keeps the store true to the backend until it is told to stop: all events, and the snapshots of the open domain. */
export function startSync(api: Api, app: App): () => void {
  const stops = [
    api.watchLink((link) => app.store.setState({ link })),
    whenever(
      app,
      ({ link }) => (link === 'open' ? 'open' : null),
      (_, signal) => followEvents(app, signal),
    ),
    whenever(app, historyWanted, (wanted, signal) => followHistory(app, wanted, signal)),
    whenever(app, revertsVersion, async (_, signal) => {
      await learnLastReverts(app, signal);
      await aborted(signal);
    }),
    followUndoOffers(app),
    followPlaces(app.store, (recentPlaces) => changeSettings(app.store, { recentPlaces })),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Resolves once it is known what there is, or that this can't be known now, or after so long, milliseconds. */
export function somethingToShow(store: AppStore, atMostMs: number): Promise<void> {
  return new Promise((resolve) => {
    const look = ({ loaded, link }: AppState) => {
      if (loaded || link === 'lost' || link === 'locked') done();
    };
    const done = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, atMostMs);
    const stop = store.subscribe(look);
    look(store.getState());
  });
}

/** What ended with some events, and so is to be told. */
interface Ended {
  ended: Operation[];
  endedLabRuns: Batch[];
}

/** A map that is copied when it is first changed. */
class Draft<K, V> {
  #now: ReadonlyMap<K, V>;
  #own: Map<K, V> | null = null;

  constructor(before: ReadonlyMap<K, V>) {
    this.#now = before;
  }

  get now(): ReadonlyMap<K, V> {
    return this.#now;
  }

  set(key: K, value: V): void {
    this.#own ??= new Map(this.#now);
    this.#own.set(key, value);
    this.#now = this.#own;
  }
}

/** The next state after some events, and what ended with them. */
export function applyEvents(state: AppState, events: readonly AppEvent[]): { next: AppState } & Ended {
  const domains = new DomainChanges(state.domains);
  const operations = new Draft(state.operations);
  const batches = new Draft(state.batches);
  let { hosts, questions, loaded, marks, appSettings, fileNotices, menuCommand, openedLink, endingFor } = state;
  const ended: Operation[] = [];
  const endedLabRuns: Batch[] = [];
  const learnRun = (run: Batch) => {
    if (run.endedAt !== null && batches.now.get(run.id)?.endedAt === null) endedLabRuns.push(run);
    batches.set(run.id, run);
  };
  const learn = (operation: Operation) => {
    const before = operations.now.get(operation.id);
    if (operation.phase === 'ended' && before && before.phase !== 'ended') ended.push(operation);
    operations.set(operation.id, operation);
  };

  for (const event of events) {
    switch (event.type) {
      case 'everything':
        hosts = event.hosts;
        questions = event.questions;
        loaded = true;
        domains.clear();
        for (const domain of event.domains) domains.put(domain);
        event.operations.forEach(learn);
        event.batches.forEach(learnRun);
        marks = event.marks;
        appSettings = event.settings;
        fileNotices = event.notices;
        break;
      case 'host':
        hosts = hosts.some(({ id }) => id === event.host.id)
          ? hosts.map((host) => (host.id === event.host.id ? event.host : host))
          : [...hosts, event.host];
        break;
      case 'host-removed':
        hosts = hosts.filter(({ id }) => id !== event.hostId);
        domains.forget(event.hostId);
        break;
      case 'host-order':
        hosts = rearranged(hosts, ({ id }) => id, event.hostIds);
        break;
      case 'domains':
        domains.forget(event.hostId);
        for (const domain of event.domains) domains.put(domain);
        break;
      case 'domain':
        domains.put(event.domain);
        break;
      case 'domains-changed':
        for (const domain of event.domains) domains.put(domain);
        break;
      case 'domain-removed':
        domains.remove(event);
        break;
      case 'operation':
        if (event.operation.phase === 'ended' && !operations.now.has(event.operation.id)) ended.push(event.operation);
        learn(event.operation);
        break;
      case 'question':
        questions = [...questions.filter(({ id }) => id !== event.question.id), event.question];
        break;
      case 'question-closed':
        questions = questions.filter(({ id }) => id !== event.id);
        break;
      case 'ending':
        endingFor = event.waitingFor;
        break;
      case 'menu-command':
        menuCommand = { id: event.id };
        break;
      case 'link':
        openedLink = { link: event.link };
        break;
      case 'batch':
        learnRun(event.run);
        break;
      case 'marks':
        marks = event.marks;
        break;
      case 'settings':
        appSettings = event.settings;
        break;
      case 'notices':
        fileNotices = event.notices;
        break;
      default:
        console.warn('Unknown event', event satisfies never);
    }
  }
  const next: AppState = {
    ...state,
    loaded,
    hosts,
    domains: domains.made(),
    operations: operations.now,
    questions,
    batches: batches.now,
    marks,
    appSettings,
    fileNotices,
    menuCommand,
    openedLink,
    endingFor,
  };
  return { next: { ...next, place: placeAfter(next) }, ended, endedLabRuns };
}

/** Where to be: the domain open last time, once its host has told of it; nowhere when the open host is gone. */
function placeAfter(state: AppState): AppState['place'] {
  const { place, settings, domains } = state;
  if (!place) {
    const last = settings.lastDomain;
    return last !== null && domains.has(last) ? { kind: 'domain', key: last } : null;
  }
  const hostId = hostIdAt(place);
  return hostId === null || hostById(state, hostId) ? place : null;
}

async function followEvents(app: App, signal: AbortSignal): Promise<void> {
  let waiting: AppEvent[] = [];
  let drawnAt = Number.NEGATIVE_INFINITY;
  const flush = () => {
    const events = waiting;
    waiting = [];
    const { next, ended, endedLabRuns } = applyEvents(app.store.getState(), events);
    app.store.setState(next);
    for (const operation of ended) {
      tellEnd(app, operation);
      askUndoOffer(app, domainKey(operation));
    }
    for (const run of endedLabRuns) tellBatch(app, run);
    // React draws in a microtask of its own, before this one.
    queueMicrotask(() => {
      drawnAt = performance.now();
    });
  };
  app.client.info(undefined, { signal }).then(
    (info) => app.store.setState({ info }),
    () => undefined,
  );
  for await (const event of await app.client.events(undefined, { signal })) {
    waiting.push(event);
    if (waiting.length === 1) setTimeout(flush, Math.max(0, drawnAt + batchMs - performance.now()));
  }
}

/** Tells of an ended operation, unless it was started here: then whoever waits for its answer tells of it. */
function tellEnd(app: App, operation: Operation): void {
  const state = app.store.getState();
  const { ownRuns, toldOperations } = state;
  const { id } = operation;
  const notice = endNotice(operation);
  // A batch tells of all its rows at once.
  if (!notice || batchOf(state, operation)) return;
  if (toldOperations.has(id) || ownRuns.has(domainKey(operation))) return;
  noteTold(app.store, id);
  pushNotice(app.store, notice);
}

/** Tells of an ended batch, unless its report is on show. */
function tellBatch({ store }: App, run: Batch): void {
  const { dialog } = store.getState();
  const shown = dialog?.kind === 'batch' && run.rows.some(({ planId }) => planId === dialog.planId);
  if (!shown) pushNotice(store, batchNotice(run));
}

/** The open domain while its host can be asked, with the attempt; a change of it starts over. */
function historyWanted({ link, place, domains, hosts, historyAttempt }: AppState): string | null {
  if (link !== 'open' || place?.kind !== 'domain' || !domains.has(place.key)) return null;
  const host = hosts.find(({ id }) => id === hostIdOf(place.key));
  return host?.connection.status === 'connected' ? `${historyAttempt} ${place.key}` : null;
}

/** What is selected once the history is another one: a row that is gone leaves it to the one next to it. */
function selectedAfter({ history, selectedRow, snapshotFilter }: AppState, list: SnapshotList): string | null {
  const now = treeOf(list);
  const first = list.current !== null && now.byKey.has(list.current) ? list.current : hereKey;
  // A filter that hides what was selected leaves nothing selected.
  if (selectedRow === null) return history?.list && snapshotFilter !== '' ? null : first;
  if (now.byKey.has(selectedRow)) return selectedRow;
  return history?.list ? rowAfter(treeOf(history.list), now, selectedRow) : first;
}

async function followHistory(app: App, wanted: string, signal: AbortSignal): Promise<void> {
  const key = wanted.slice(wanted.indexOf(' ') + 1);
  const domain = app.store.getState().domains.get(key);
  if (!domain) return;
  const before = app.store.getState().history;
  if (before?.key !== key) {
    const history = { key, list: null, problem: null };
    app.store.setState({ history, selectedRow: null, chosenRows: new Set() });
  } else if (before.problem) app.store.setState({ history: { ...before, problem: null } });
  try {
    const changes = await app.client.snapshots.watch({ hostId: domain.hostId, uuid: domain.uuid }, { signal });
    let list: SnapshotList | null = null;
    for await (const change of changes) {
      if (signal.aborted) return;
      const next = changedList(list, change);
      list = next;
      if (change.more) continue;
      app.store.setState((state) => {
        const history = { key, list: next, problem: null };
        const selectedRow = selectedAfter(state, next);
        // Whoever opened the domain to see a row sees it; later on a fold keeps what is in it.
        const unfolded = state.history?.list ? null : unfolding({ ...state, history }, selectedRow);
        return { history, selectedRow, ...unfolded };
      });
    }
  } catch (error) {
    // When the connection is gone, its calls fail before it says so; then this is no news.
    await aborted(signal, settleMs);
    if (signal.aborted) return;
    app.store.setState(({ history }) => ({
      history: { key, list: history?.key === key ? history.list : null, problem: problemOf(error) },
    }));
    // The problem is on show with a Retry; going on by itself would make it flicker.
    await aborted(signal);
  }
}

/** Runs the work while `pick` answers with a string, starting over whenever the answer changes or the work ends. */
function whenever(
  app: App,
  pick: (state: AppState) => string | null,
  work: (picked: string, signal: AbortSignal) => Promise<void>,
): () => void {
  let picked: string | null = null;
  let running = new AbortController();
  const run = async (value: string, { signal }: AbortController) => {
    while (!signal.aborted) {
      await work(value, signal).catch((error) => {
        if (!signal.aborted) console.warn(error);
      });
      await aborted(signal, againMs);
    }
  };
  const look = (state: AppState) => {
    const value = pick(state);
    if (value === picked) return;
    picked = value;
    running.abort();
    running = new AbortController();
    if (value !== null) void run(value, running);
  };
  look(app.store.getState());
  const unsubscribe = app.store.subscribe(look);
  return () => {
    unsubscribe();
    running.abort();
  };
}

function aborted(signal: AbortSignal, atMostMs?: number): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (atMostMs !== undefined) setTimeout(resolve, atMostMs);
  });
}
