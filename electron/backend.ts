import { homedir, release, userInfo } from 'node:os';
import { join } from 'node:path';
import { operationUnderWay } from '../shared/deeds.ts';
import { parseLibvirtUri } from '../shared/libvirt-uri.ts';
import type { WindowState } from '../shared/schema.ts';
import { diagnosticsText, RecentLines } from './diagnostics.ts';
import { CreatePlans } from './hosts/create/plans.ts';
import type { Ground } from './hosts/ground.ts';
import { HostPool } from './hosts/host-pool.ts';
import { HostStore } from './hosts/host-store.ts';
import { Hub } from './hosts/hub.ts';
import { appendFile } from './hosts/journal/file.ts';
import { Journal } from './hosts/journal/journal.ts';
import { resolveOnConnect } from './hosts/journal/resolve.ts';
import { LabRuns } from './hosts/lab-reset/lab-runs.ts';
import { MarkStore } from './hosts/marks.ts';
import { MetadataPlans } from './hosts/metadata/plans.ts';
import { Operations } from './hosts/operations.ts';
import { Questions } from './hosts/questions.ts';
import { SettingsStore } from './hosts/settings.ts';
import { Thumbnails } from './hosts/thumbnails/store.ts';
import { openLinks } from './links.ts';
import { Engine } from './operations/engine/engine.ts';
import { drivers } from './operations/registry.ts';
import { RevertPlans } from './operations/revert/plans.ts';
import { type AppRouter, createRouter } from './router.ts';
import { createSimulator, type SimulatorOptions } from './simulator/simulator.ts';
import { openTransport } from './transport/open-transport.ts';
import { probeLocal } from './transport/unix-socket.ts';

/** How long things take on the demo host; a revert as long as its guest is large. Milliseconds. */
export const demoPace = { snapshotMs: 1_200, shutdownMs: 1_500, mergeMs: 3_000 } as const;
export type DemoPace = Pick<SimulatorOptions, 'revertMs' | 'snapshotMs' | 'shutdownMs' | 'mergeMs'>;

export interface BackendOptions {
  readonly version: string;
  readonly dataDir: string;
  /** Only the simulated host. */
  readonly demo: boolean;
  /** Hosts for this run alone. */
  readonly connect: readonly string[];
  readonly log: (line: string) => void;
  readonly demoPace?: DemoPace;
  /** Of a shell that has a menu and a frame of its own. */
  readonly present?: (state: WindowState) => void;
}
export interface Backend {
  readonly router: AppRouter;
  /** What changes something at this moment, each in a few words. */
  underWay(): string[];
  /** Adds hosts for this run alone, and connects to them. @throws LibvirtUriError for what is no URI of a host */
  connect(uris: readonly string[]): Promise<void>;
  /**
   * Shows where links lead, as soon as there is a window to show it.
   * @param links as `CommandLine.links`
   */
  open(links: readonly string[]): Promise<void>;
  /** Does in the window what was chosen in a menu outside of it. */
  choose(commandId: string): void;
  /** Disconnects everywhere. */
  close(): Promise<void>;
}

/** Puts everything together, and takes it apart again. */
export async function createBackend(options: BackendOptions): Promise<Backend> {
  const { dataDir, version } = options;
  const recent = new RecentLines();
  const log = (line: string): void => {
    recent.add(line);
    options.log(line);
  };
  const hub = new Hub();
  const questions = new Questions(hub);
  const operations = new Operations(hub);
  const journal = await Journal.open({ file: appendFile(join(dataDir, 'journal.jsonl')), who: userName(), log });
  const settings = await SettingsStore.open(join(dataDir, 'settings.json'), hub, log);
  const marks = await MarkStore.open(join(dataDir, 'marks.json'), hub, () => pool.hosts, log);
  const thumbnails = await Thumbnails.open(join(dataDir, 'thumbnails'), () => settings.get(), log);
  const plans = new RevertPlans(marks, settings);
  const creates = new CreatePlans(settings);
  const metadata = new MetadataPlans();
  const ground: Ground = {
    operations,
    plans,
    creates,
    metadata,
    journal,
    marks,
    settings,
    thumbnails,
    log,
  };
  const simulator = createSimulator(options.demoPace ?? demoPace);
  const pool: HostPool = new HostPool({
    hub,
    log,
    onSession(session) {
      queueMicrotask(() => marks.publish());
      return resolveOnConnect(session, journal, log);
    },
    store: new HostStore(join(dataDir, 'hosts.json')),
    openSimulator: () => ({ dial: simulator.dial, describe: () => 'simulated in this app', close: () => {} }),
    openTransport: (uri, host) =>
      openTransport(uri, {
        env: process.env,
        home: homedir(),
        askHostKey: (question, signal) => questions.ask({ ...question, kind: 'host-key', hostId: host.id }, signal),
        log,
      }),
  });
  await addFirstHosts(pool, options);
  return {
    router: createRouter({
      info: { version, dataDir, platform: process.platform },
      hub,
      pool,
      questions,
      ground,
      engine: new Engine(drivers, ground, (hostId) => pool.session(hostId)),
      labRuns: new LabRuns(hub, ground, (hostId) => pool.session(hostId)),
      present: options.present ?? (() => {}),
      diagnostics: () => diagnosticsText(versionsOf(version), pool.hosts, recent.all),
    }),
    underWay: () =>
      operations
        .list()
        .filter(({ phase }) => phase !== 'ended')
        .map(operationUnderWay),
    async connect(uris) {
      for (const uri of uris) await pool.add(uri, undefined, false);
    },
    open: (links) => openLinks(links, hub, log),
    choose: (id) => hub.publish({ type: 'menu-command', id }),
    async close() {
      await pool.close();
      simulator.close();
      await journal.close();
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

/** A user without an entry in the system's list has a number only. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `${process.getuid?.() ?? 'unknown'}`;
  }
}

async function addFirstHosts(pool: HostPool, { demo, connect }: BackendOptions): Promise<void> {
  if (demo) return pool.addSimulated();
  for (const uri of connect) await pool.add(uri, undefined, false);
  if (connect.length > 0) return;
  await pool.restore();
  const surroundings = { env: process.env, home: homedir() };
  const found = new Set<string>();
  for (const uri of ['qemu:///system', 'qemu:///session']) {
    const socket = await probeLocal(parseLibvirtUri(uri), surroundings);
    if (socket && !found.has(socket)) await pool.add(uri, undefined, false);
    if (socket) found.add(socket); // for root both are the system's
  }
  pool.addSimulated();
}
