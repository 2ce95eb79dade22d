import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ActivityFilter } from '../../shared/activity/filter.ts';
import type { Link } from '../../shared/link.ts';
import type { PowerAction } from '../../shared/operations/words.ts';
import type {
  AppInfo,
  Batch,
  ConsoleAnswer,
  Domain,
  DomainWords,
  HealthReport,
  Host,
  JournalEntry,
  KeptPicture,
  Marks,
  Operation,
  OperationKind,
  Problem,
  Question,
  RevertAim,
  Settings,
  SizeList,
  SizeTotal,
  SnapshotList,
  SnapshotSizes,
  SnapshotSpan,
  UndoOffer,
} from '../../shared/schema.ts';
import type { Client, LinkStatus } from './api.ts';
import { noTrail, type Trail } from './places.ts';
import { loadWindowSettings, type WindowSettings } from './settings.ts';

/** `hostId/uuid`: a UUID alone may be on two hosts. */
export type DomainKey = string;

/** What the middle of the window shows. */
export type Place =
  | { kind: 'domain'; key: DomainKey }
  | { kind: 'host'; hostId: string }
  /** What can be connected to: what is there first. */
  | { kind: 'connect' }
  /** What was done on all hosts. */
  | { kind: 'activity' };

/** The snapshots of the open domain. `list` stays while they are loaded again. */
export interface History {
  key: DomainKey;
  list: SnapshotList | null;
  problem: Problem | null;
}

/** What is known of the sizes of a domain's snapshots. */
export interface KnownSizes {
  readonly key: DomainKey;
  readonly list: SizeList;
  /** Of one snapshot, or of several together, by their names as one text. */
  readonly measured: ReadonlyMap<string, SnapshotSizes>;
  /** What is being measured. */
  readonly measuring: string | null;
  /** What the person asked to be measured last: a new object each time. */
  readonly wanted: { readonly id: string } | null;
  /** What could not be measured last, and why. */
  readonly failed: { readonly id: string; readonly what: string } | null;
}

/** Something that a command acts on. */
export type Target =
  | { kind: 'host'; hostId: string }
  /** Hosts under one heading of the list. */
  | { kind: 'group'; group: string }
  | { kind: 'domain'; key: DomainKey }
  /** `row` is a key in the snapshot tree, which may be that of `You are here`; `alone`: and none that are selected. */
  | { kind: 'row'; key: DomainKey; row: string; alone?: true };

/** A plan that the backend keeps, made after libvirt’s refusal. */
export interface HeldPlan {
  readonly planId: string;
  readonly refusal: Problem | null;
}

/** A domain that something is to be done with. */
interface OnDomain {
  hostId: string;
  uuid: string;
  domainName: string;
}

/** At most one is open. Questions from the backend wait their turn behind it. */
export type Dialog =
  | ({ kind: 'revert'; id: number; aim: RevertAim; held?: HeldPlan | undefined } & OnDomain)
  /** A lab reset up to its start. */
  | { kind: 'lab-reset'; id: number; keys: readonly DomainKey[]; undo?: true }
  /** Snapshots of several domains, up to the start. */
  | { kind: 'create-each'; id: number; keys: readonly DomainKey[] }
  /** A batch under way or ended, known by one of its plans: the run itself has no id before its first event. */
  | { kind: 'batch'; planId: string }
  | { kind: 'create'; hostId: string; uuid: string; domainName: string }
  | { kind: 'settings' }
  | { kind: 'tags'; hostId: string; uuid: string; snapshotName: string; createdAt: number }
  | { kind: 'tags-of-several'; hostId: string; uuid: string; snapshots: readonly { name: string; createdAt: number }[] }
  /** With `other`, another snapshot of the domain, instead of with the domain itself. */
  | { kind: 'compare'; hostId: string; uuid: string; domainName: string; snapshotName: string; other?: string }
  | { kind: 'edit-snapshot' | 'make-current'; hostId: string; uuid: string; domainName: string; snapshotName: string }
  | { kind: 'console'; domainName: string; answer: ConsoleAnswer }
  | { kind: 'delete'; hostId: string; uuid: string; domainName: string; names: readonly string[] }
  | { kind: 'export-snapshots' | 'import-snapshots'; hostId: string; uuid: string; domainName: string }
  /** What deleting each of some snapshots alone frees. */
  | { kind: 'one-by-one'; hostId: string; uuid: string; domainName: string; names: readonly string[] }
  /** To have libvirt scan the pools again that have not listed some image of the domain. */
  | { kind: 'refresh-pools'; hostId: string; uuid: string; domainName: string }
  | { kind: 'power'; hostId: string; uuid: string; domainName: string; action: PowerAction }
  | { kind: 'picture'; title: string; dataUrl: string }
  | { kind: 'add-host' }
  | { kind: 'remove-host' | 'edit-host'; hostId: string }
  | { kind: 'export-hosts' | 'import-hosts' }
  | { kind: 'rename-group'; group: string }
  | { kind: 'palette' }
  | { kind: 'shortcuts' };

/**
 * What becomes of a row by a change that is being read: it goes, moves, is where the domain would be, is kept elsewhere, is
 * saved before it would be lost, or is lost.
 */
export type MarkLook = 'goes' | 'moves' | 'target' | 'kept' | 'saved' | 'lost';

export interface RowMark {
  readonly look: MarkLook;
  readonly text: string;
}

/** What a change that is being read would do to the rows of a history, by their keys. */
export interface RowMarks {
  readonly key: DomainKey;
  readonly byRow: ReadonlyMap<string, RowMark>;
}

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
  /** Reopens the dialog with the plan that libvirt's refusal led to. */
  retry?: { kind: OperationKind; aim: unknown; held: HeldPlan } & OnDomain;
  /** The revert that it tells of; Undo is offered as long as it can be undone. */
  undo?: { hostId: string; uuid: string; domainName: string };
  /** A plan of the batch that it tells of. */
  batchPlanId?: string;
}

/** What the middle shows of the open domain. */
export type DomainTab = 'snapshots' | 'health' | 'activity';

/** The names of the snapshots of a host’s domains, by UUID, and how many domains are still to come. */
export interface HostSnapshotNames {
  readonly byDomain: ReadonlyMap<string, readonly string[]>;
  readonly left: number;
}

/** What health has found of a snapshot’s data. */
export type DamagedSnapshot = HealthReport['data'][number];

export interface AppState {
  link: LinkStatus;
  /** False until the backend has told everything once. */
  loaded: boolean;
  info: AppInfo | null;
  hosts: readonly Host[];
  domains: ReadonlyMap<DomainKey, Domain>;
  operations: ReadonlyMap<string, Operation>;
  batches: ReadonlyMap<string, Batch>;
  marks: Marks;
  /** Of the backend, for all windows; null until it has told. */
  appSettings: Settings | null;
  /** What is known of undoing the last revert of a domain; asked for where it may be wanted. */
  undoOffers: ReadonlyMap<DomainKey, UndoOffer>;
  questions: readonly Question[];
  /** What the backend waits for before it ends; null while it goes on. */
  endingFor: readonly string[] | null;
  /** What is wrong with Snapkeel's own files, as the backend tells it. */
  fileNotices: readonly Problem[];
  /** What those told that were dismissed here. */
  dismissedNotices: ReadonlySet<string>;
  /** What was chosen last in the menu of a native shell: a new object each time. */
  menuCommand: { readonly id: string } | null;
  /** The link that was followed last: a new object each time. */
  openedLink: { readonly link: Link } | null;
  place: Place | null;
  trail: Trail;
  /** The domain whose rows are to have the focus as soon as they are there. */
  focusWanted: DomainKey | null;
  history: History | null;
  /** The snapshots of the open domain that have a picture of their console, by name. */
  keptPictures: { key: DomainKey; byName: ReadonlyMap<string, KeptPicture> } | null;
  /** Of the open domain. */
  sizes: KnownSizes | null;
  /** Raised to ask for a domain's sizes again. */
  sizesAsked: ReadonlyMap<DomainKey, number>;
  /** Raised to ask for the open domain's snapshots again. */
  historyAttempt: number;
  selectedRow: string | null;
  /** What was selected when a filter began. */
  rowBeforeFilter: string | null;
  /** Rows of the open history that are selected together; see `chosenSnapshots`. */
  chosenRows: ReadonlySet<string>;
  /** Folds of histories that the person has turned; see `Drawing`. */
  turnedFolds: ReadonlyMap<DomainKey, ReadonlySet<string>>;
  domainTab: DomainTab;
  /** What is shown of the activity of all hosts; null: all of it. */
  activityFilter: ActivityFilter | null;
  /** Domains that are selected to be changed together. */
  chosen: ReadonlySet<DomainKey>;
  domainFilter: string;
  snapshotFilter: string;
  /** The time by which ages are told and filtered, minutes since 1970. */
  minute: number;
  dialog: Dialog | null;
  rowMarks: RowMarks | null;
  /** What was found of the health of domains that were looked at. */
  health: ReadonlyMap<DomainKey, HealthReport>;
  /** By the address of the host and the UUID; see `lastRevertOf`. */
  lastReverts: ReadonlyMap<string, JournalEntry>;
  /** When snapshots were taken, of domains that were on show; null: too many to read. */
  spans: ReadonlyMap<DomainKey, SnapshotSpan | null>;
  /** What their snapshots take up, of the same; null: too many to read. */
  sizeTotals: ReadonlyMap<DomainKey, SizeTotal | null>;
  /** Titles and descriptions of domains, as far as they were looked at. */
  domainWords: ReadonlyMap<DomainKey, DomainWords>;
  /** Of the open domain: snapshots that a revert would not bring back as they were taken. */
  damaged: { key: DomainKey; byName: ReadonlyMap<string, DamagedSnapshot> } | null;
  menu: OpenMenu | null;
  notices: readonly Notice[];
  /** Domains on which a run started here has not been answered yet. */
  ownRuns: ReadonlySet<DomainKey>;
  /** Operations whose end has been told. */
  toldOperations: ReadonlySet<string>;
  /** In a narrow window: whether the details cover the history. */
  drawerOpen: boolean;
  /** In a very narrow one: whether the list of domains covers it. */
  listOpen: boolean;
  /** Names of the snapshots of domains that are not open, as far as they were told. */
  snapshotNames: ReadonlyMap<string, HostSnapshotNames>;
  settings: WindowSettings;
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
    batches: new Map(),
    marks: { protected: [], pinned: [], tagged: [], interrupted: [] },
    appSettings: null,
    undoOffers: new Map(),
    questions: [],
    endingFor: null,
    fileNotices: [],
    dismissedNotices: new Set(),
    menuCommand: null,
    openedLink: null,
    place: null,
    trail: noTrail,
    focusWanted: null,
    history: null,
    keptPictures: null,
    sizes: null,
    sizesAsked: new Map(),
    historyAttempt: 0,
    selectedRow: null,
    rowBeforeFilter: null,
    chosenRows: new Set(),
    turnedFolds: new Map(),
    domainTab: 'snapshots',
    activityFilter: null,
    chosen: new Set(),
    domainFilter: '',
    snapshotFilter: '',
    minute: Math.floor(Date.now() / 60_000),
    dialog: null,
    rowMarks: null,
    health: new Map(),
    lastReverts: new Map(),
    spans: new Map(),
    sizeTotals: new Map(),
    domainWords: new Map(),
    damaged: null,
    menu: null,
    notices: [],
    ownRuns: new Set(),
    toldOperations: new Set(),
    drawerOpen: false,
    listOpen: false,
    snapshotNames: new Map(),
    settings: loadWindowSettings(),
    ...initial,
  }));
}

export function domainKey(domain: { hostId: string; uuid: string }): DomainKey {
  return `${domain.hostId}/${domain.uuid}`;
}

/** The domains of a host among some keys, by UUID: to look up many domains by a key of each costs more than all else. */
export function uuidsOn(hostId: string, keys: Iterable<DomainKey>): Set<string> {
  const start = `${hostId}/`;
  return new Set([...keys].filter((key) => key.startsWith(start)).map((key) => key.slice(start.length)));
}
