import { homedir, release, userInfo } from 'node:os';
import { join } from 'node:path';
import { testedHostId } from '../shared/connect-steps.ts';
import type { LibvirtUri } from '../shared/libvirt-uri.ts';
import type { Notification } from '../shared/notification.ts';
import { operationUnderWay } from '../shared/operations/words.ts';
import type { WindowState } from '../shared/schema.ts';
import { visible } from '../shared/visible.ts';
import { diagnosticsText, RecentLines } from './diagnostics.ts';
import { HostFinder } from './hosts/host-finder.ts';
import { HostPool } from './hosts/host-pool.ts';
import type { Watch } from './hosts/host-session.ts';
import { Hub } from './hosts/hub.ts';
import { Questions } from './hosts/questions.ts';
import { Asking, secretsInMemory } from './hosts/secrets.ts';
import { onWake } from './hosts/wakes.ts';
import { HostStore } from './kept/host-store.ts';
import { appendFile } from './kept/journal/file.ts';
import { Journal } from './kept/journal/journal.ts';
import { type Cipher, Keychain } from './kept/keychain.ts';
import { type Lock, lockFolder, type Shell } from './kept/lock.ts';
import { MarkStore } from './kept/marks.ts';
import { Notices } from './kept/notices.ts';
import { keepPrivate } from './kept/private.ts';
import { SettingsStore } from './kept/settings.ts';
import { Thumbnails } from './kept/thumbnails/store.ts';
import { openLinks } from './links.ts';
import { notificationOf } from './notifications.ts';
import { Batches } from './operations/engine/batches.ts';
import { Engine } from './operations/engine/engine.ts';
import { Operations } from './operations/engine/operations.ts';
import type { Services } from './operations/engine/services.ts';
import { settleLater } from './operations/engine/settle-later.ts';
import { conclusions, drivers } from './operations/registry.ts';
import { type AppRouter, createRouter } from './router.ts';
import type { Simulator, SimulatorOptions } from './simulator/simulator.ts';
import { loadTransports, openTransport } from './transport/open-transport.ts';
import type { TransportContext } from './transport/transport.ts';
import { whenDialled } from './transport/when-dialled.ts';

/** How long libvirt’s answers are waited for at the end, milliseconds. */
const ENDING_MS = 20_000;
/** When the code that no start needs is loaded, milliseconds: before its files can be replaced by those of an update. */
const LOAD_REST_MS = 2_000;

/** How long things take on the demo host; a revert as long as its guest is large. Milliseconds. */
export const demoPace = { snapshotMs: 1_200, shutdownMs: 1_500, mergeMs: 3_000 } as const;
export type DemoPace = Pick<SimulatorOptions, 'revertMs' | 'snapshotMs' | 'shutdownMs' | 'mergeMs'>;

export interface BackendOptions {
  readonly version: string;
  /** Of this process alone, as long as it can be written to. */
  readonly dataDir: string;
  /** Whose window it is, for whoever comes later. */
  readonly shell: Shell;
  /** Only the simulated host. */
  readonly demo: boolean;
  /** Hosts for this run alone. */
  readonly connect: readonly string[];
  readonly log: (line: string) => void;
  readonly demoPace?: DemoPace;
  /** The system's keychain, in a shell that has one. */
  readonly cipher?: Cipher | undefined;
  /** Of a shell that has a menu and a frame of its own. */
  readonly present?: (state: WindowState) => void;
  /** Of a shell that can tell something outside of its window. */
  readonly notify?: (told: Notification) => void;
}
export interface Backend {
  readonly router: AppRouter;
  /** What changes something at this moment, each in a few words that can be shown. */
  underWay(): string[];
  /** Adds hosts for this run alone, and connects to them. @throws LibvirtUriError for what is no URI of a host */
  connect(uris: readonly string[]): Promise<void>;
  /**
   * Shows where links lead, as soon as there is a window to show it.
   * @param links as `CommandLine.links`
   */
  open(links: readonly string[]): Promise<void>;
  /** Tells whoever starts with the same data directory later where the page is. */
  reachableAt(url: string): Promise<void>;
  /** Shows a domain in the window. */
  show(about: NonNullable<Notification['about']>): void;
  /** Does in the window what was chosen in a menu outside of it. */
  choose(commandId: string): void;
  /** Begins nothing any more, and waits a while for libvirt’s answers, which the windows are told. */
  end(): Promise<void>;
  /** Disconnects everywhere, and gives the data directory free. */
  close(): Promise<void>;
}

/** How a host is reached, and who is told of it. */
type OpenHow = Pick<TransportContext, 'onStep' | 'sshClient'> & Partial<Pick<Watch, 'asking'>>;

/** Puts everything together, and takes it apart again. @throws FolderInUse */
export async function createBackend(options: BackendOptions): Promise<Backend> {
  const recent = new RecentLines();
  const log = (line: string): void => {
    recent.add(line);
    options.log(line);
  };
  const lock = await lockFolder(options.dataDir, options.shell, log);
  try {
    return await assemble(options, lock, recent, log);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function assemble(
  options: BackendOptions,
  lock: Lock,
  recent: RecentLines,
  log: (line: string) => void,
): Promise<Backend> {
  const { dataDir, version } = options;
  const hub = new Hub();
  const notices = new Notices(hub);
  const { tell } = notices;
  tell(dataDir, lock.problem ?? (await keepPrivate(dataDir, log)));
  const questions = new Questions(hub);
  const operations = new Operations(hub);
  const kept = (name: string) => join(dataDir, name);
  const keychain = options.cipher && (await Keychain.open(kept('secrets.json'), options.cipher, log, tell));
  const secrets = keychain ?? secretsInMemory();
  const asking = new Asking(questions, secrets, log);
  const file = kept('journal.jsonl');
  const journal = await Journal.open({
    file: appendFile(file),
    who: userName(),
    log,
    tell: (problem) => tell(file, problem),
  });
  const settings = await SettingsStore.open(kept('settings.json'), hub, log, tell);
  const marks = await MarkStore.open(kept('marks.json'), hub, () => pool.hosts, log, tell);
  const thumbnails = await Thumbnails.open(kept('thumbnails'), () => settings.get(), log, tell);
  const store = await HostStore.open(kept('hosts.json'), log, tell);
  const services: Services = {
    operations,
    journal,
    marks,
    settings,
    thumbnails,
    log,
  };
  let simulated: Promise<Simulator> | undefined;
  const simulator = () => {
    simulated ??= loadSimulator().then(({ createSimulator }) => createSimulator(options.demoPace ?? demoPace));
    return simulated;
  };
  const openFor = (hostId: string, uri: LibvirtUri, { asking: during = (ask) => ask(), ...more }: OpenHow) =>
    openTransport(uri, {
      ...surroundings(),
      askHostKey: (question, signal) => during(() => asking.hostKey(hostId, question, signal)),
      askSecret: (question, signal) => during(() => asking.secret(hostId, question, signal)),
      log,
      ...more,
    });
  const pool: HostPool = new HostPool({
    hub,
    log,
    onSession(session) {
      queueMicrotask(() => marks.publish());
      return settleLater(session, services, conclusions);
    },
    store,
    openSimulator: () => {
      const place = 'simulated in this app';
      return whenDialled(
        async () => ({ dial: (await simulator()).dial, describe: () => place, close: () => {} }),
        place,
      );
    },
    openTransport: (uri, host, watch) =>
      openFor(host.id, uri, {
        onStep: watch.onStep,
        sshClient: host.ssh === 'openssh' ? 'openssh' : 'built-in',
        asking: watch.asking,
      }),
  });
  const finder = new HostFinder({
    surroundings,
    hosts: () => pool.hosts,
    openTransport: (uri, more) => openFor(testedHostId, uri, more),
    log,
  });
  const ignoreWakes = onWake(() => pool.checkNow());
  const sessionOf = (hostId: string) => pool.session(hostId);
  const engine = new Engine(drivers, services, sessionOf);
  const batches = new Batches(hub, engine, sessionOf);
  const { notify } = options;
  if (notify)
    hub.listen((event) => {
      const told = notificationOf(event, {
        hosts: () => pool.hosts,
        batches: () => batches.list(),
        settings: () => settings.get(),
      });
      if (told) notify(told);
    });
  const underWay = () => operations.underWay().map(operationUnderWay);
  await addFirstHosts(pool, options);
  const rest = setTimeout(() => void loadRest().catch((error: unknown) => log(`${error}`)), LOAD_REST_MS);
  return {
    router: createRouter({
      info: { version, dataDir, platform: process.platform },
      hub,
      pool,
      finder,
      questions,
      secrets,
      notices,
      services,
      engine,
      batches,
      present: options.present ?? (() => {}),
      diagnostics: () => diagnosticsText(versionsOf(version), pool.hosts, recent.all),
    }),
    underWay: () => underWay().map(visible),
    async connect(uris) {
      for (const uri of uris) await pool.add(uri, undefined, false);
    },
    open: (links) => openLinks(links, hub, log),
    reachableAt: (url) => lock.reachableAt(url),
    show({ hostId, uuid }) {
      const host = pool.hosts.find(({ id }) => id === hostId);
      if (host) hub.publish({ type: 'link', link: { action: 'open', host: host.uri, domain: uuid, snapshot: null } });
    },
    choose: (id) => hub.publish({ type: 'menu-command', id }),
    async end() {
      const waitingFor = underWay();
      if (waitingFor.length > 0) hub.publish({ type: 'ending', waitingFor });
      await engine.end(AbortSignal.timeout(ENDING_MS));
    },
    async close() {
      ignoreWakes();
      await pool.close();
      clearTimeout(rest);
      (await simulated)?.close();
      await journal.close();
      await lock.release();
    },
  };
}

function versionsOf(version: string): Record<string, string | undefined> {
  const { node, electron, chrome } = process.versions;
  const { arch, platform } = process;
  return {
    Snapkeel: version,
    Electron: electron,
    Chromium: chrome,
    Node: node,
    System: `${platform} ${release()} ${arch}`,
  };
}

const loadSimulator = () => import('./simulator/simulator.ts');

async function loadRest(): Promise<void> {
  await Promise.all([loadTransports(), loadSimulator(), import('./hosts/sources/ssh-hosts.ts')]);
}

/** A user without an entry in the system's list has a number only. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `${process.getuid?.() ?? 'unknown'}`;
  }
}

function surroundings() {
  return { env: process.env, home: homedir() };
}

/** Those of the command line alone, or those that were added before: nothing else is reached before somebody asks for it. */
async function addFirstHosts(pool: HostPool, { demo, connect }: BackendOptions): Promise<void> {
  if (demo) return pool.addSimulated();
  for (const uri of connect) await pool.add(uri, undefined, false);
  if (connect.length === 0) pool.restore();
}
