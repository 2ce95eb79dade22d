import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  AppInfo,
  Domain,
  Host,
  Operation,
  Problem,
  Question,
  RevertTarget,
  SnapshotList,
} from '../../shared/schema.ts';
import type { Client, LinkStatus } from '../api.ts';
import type { RevertFlow } from '../dialogs/revert/flow.ts';
import { loadSettings, type Settings } from './settings.ts';

/** `hostId/uuid`: a UUID alone may be on two hosts. */
export type DomainKey = string;

/** What the middle of the window shows. */
export type Place = { kind: 'domain'; key: DomainKey } | { kind: 'host'; hostId: string };

/** The snapshots of the open domain. `list` stays while they are loaded again. */
export interface History {
  key: DomainKey;
  list: SnapshotList | null;
  problem: Problem | null;
}

/** Something that a command acts on. */
export type Target =
  | { kind: 'host'; hostId: string }
  | { kind: 'domain'; key: DomainKey }
  /** `row` is a key in the snapshot tree, which may be that of `You are here`. */
  | { kind: 'row'; key: DomainKey; row: string };

export interface RevertRequest {
  hostId: string;
  uuid: string;
  domainName: string;
  target: RevertTarget;
}

/** At most one is open. Questions from the backend wait their turn behind it. */
export type Dialog =
  | { kind: 'revert'; id: number; request: RevertRequest; flow: RevertFlow }
  | { kind: 'add-host' }
  | { kind: 'remove-host'; hostId: string }
  | { kind: 'palette' }
  | { kind: 'shortcuts' };

export interface OpenMenu {
  target: Target;
  x: number;
  y: number;
  /** Asked for by a key: its first item is ready for Enter. */
  byKey: boolean;
}

/** A message that stays until it is closed, or for a while when all went well. */
export interface Notice {
  id: number;
  tone: 'done' | 'differs' | 'failed';
  title: string;
  lines: readonly string[];
  detail?: string;
  /** Reopens the confirmation with the plan that libvirt's refusal led to. */
  retry?: { request: RevertRequest; flow: RevertFlow };
}

export interface AppState {
  link: LinkStatus;
  /** False until the backend has told everything once. */
  loaded: boolean;
  info: AppInfo | null;
  hosts: readonly Host[];
  domains: ReadonlyMap<DomainKey, Domain>;
  operations: ReadonlyMap<string, Operation>;
  questions: readonly Question[];
  place: Place | null;
  history: History | null;
  /** Raised to ask for the open domain's snapshots again. */
  historyAttempt: number;
  selectedRow: string | null;
  domainFilter: string;
  snapshotFilter: string;
  dialog: Dialog | null;
  menu: OpenMenu | null;
  notices: readonly Notice[];
  /** Domains on which a run started here has not been answered yet. */
  ownRuns: ReadonlySet<DomainKey>;
  /** Operations whose end has been told. */
  toldOperations: ReadonlySet<string>;
  /** In a narrow window: whether the details cover the history. */
  drawerOpen: boolean;
  settings: Settings;
}

export type AppStore = StoreApi<AppState>;

/** What every action and command needs: the truth, and the way to the backend. */
export interface App {
  store: AppStore;
  client: Client;
}

/** A fresh store; one per mounted app, so that tests don't share any. */
export function createAppStore(initial: Partial<AppState> = {}): AppStore {
  return createStore<AppState>(() => ({
    link: 'opening',
    loaded: false,
    info: null,
    hosts: [],
    domains: new Map(),
    operations: new Map(),
    questions: [],
    place: null,
    history: null,
    historyAttempt: 0,
    selectedRow: null,
    domainFilter: '',
    snapshotFilter: '',
    dialog: null,
    menu: null,
    notices: [],
    ownRuns: new Set(),
    toldOperations: new Set(),
    drawerOpen: false,
    settings: loadSettings(),
    ...initial,
  }));
}

export function domainKey(domain: { hostId: string; uuid: string }): DomainKey {
  return `${domain.hostId}/${domain.uuid}`;
}
