import { typedParamType } from '../../shared/libvirt/flags.ts';
import { program } from './frame.ts';
import {
  array,
  chars,
  double,
  hyper,
  int,
  opaque,
  optional,
  type Struct,
  string,
  struct,
  tagged,
  uhyper,
  uint,
  type Xdr,
  type XdrType,
} from './xdr.ts';

/** Lists of domains, snapshots, pools and volumes (REMOTE_DOMAIN_LIST_MAX, REMOTE_STORAGE_POOL_LIST_MAX …). */
const LIST_MAX = 16_384;
const STATS_MAX = 262_144;
/** REMOTE_DOMAIN_JOB_STATS_MAX */
const JOB_STATS_MAX = 64;
/** REMOTE_DOMAIN_FSFREEZE_MOUNTPOINTS_MAX */
const MOUNTPOINTS_MAX = 256;

export const domain = struct({ name: string(), uuid: opaque(16), id: int });
export type WireDomain = XdrType<typeof domain>;
export const snapshot = struct({ name: string(), domain });
export type WireSnapshot = XdrType<typeof snapshot>;
const storagePool = struct({ name: string(), uuid: opaque(16) });
const storageVol = struct({ pool: string(), name: string(), key: string() });
export type WireStorageVol = XdrType<typeof storageVol>;
/** virTypedParameterType: the tag says which. */
export const typedParam = struct({
  field: string(),
  value: tagged({
    [typedParamType.int]: int,
    [typedParamType.uint]: uint,
    [typedParamType.llong]: hyper,
    [typedParamType.ullong]: uhyper,
    [typedParamType.double]: double,
    [typedParamType.boolean]: int,
    [typedParamType.string]: string(),
  }),
});
export type WireTypedParam = XdrType<typeof typedParam>;
const typedParams = array(typedParam, STATS_MAX);

/** remote_error: what a REPLY or STREAM packet with status 1 carries. */
export const remoteError = struct({
  code: int,
  domain: int,
  message: optional(string()),
  level: int,
  dom: optional(domain),
  str1: optional(string()),
  str2: optional(string()),
  str3: optional(string()),
  int1: int,
  int2: int,
  net: optional(struct({ name: string(), uuid: opaque(16) })),
});
export type WireError = XdrType<typeof remoteError>;

export interface Procedure<A, R> {
  readonly program: number;
  readonly number: number;
  readonly args: Xdr<A>;
  readonly result: Xdr<R>;
}
export type Args<P> = P extends Procedure<infer A, unknown> ? A : never;
export type Result<P> = P extends Procedure<never, infer R> ? R : P extends Procedure<infer _A, infer R> ? R : never;

const nothing = {};
type Codecs<F> = { readonly [K in keyof F]: Xdr<never> | Xdr<unknown> };
function remote<A extends Codecs<A>, R extends Codecs<R>>(
  number: number,
  args: A,
  result: R,
): Procedure<Struct<A>, Struct<R>> {
  return { program: program.remote, number, args: struct(args), result: struct(result) };
}

/** QEMU's own program (libvirt src/remote/qemu_protocol.x). */
function qemu<A extends Codecs<A>, R extends Codecs<R>>(
  number: number,
  args: A,
  result: R,
): Procedure<Struct<A>, Struct<R>> {
  return { ...remote(number, args, result), program: program.qemu };
}

const onDomain = { domain };
const onDomainFlags = { domain, flags: uint };
const onSnapshotFlags = { snapshot, flags: uint };
/** virDomainJobInfo: milliseconds and bytes. */
const jobInfo = {
  type: int,
  timeElapsed: uhyper,
  timeRemaining: uhyper,
  dataTotal: uhyper,
  dataProcessed: uhyper,
  dataRemaining: uhyper,
  memTotal: uhyper,
  memProcessed: uhyper,
  memRemaining: uhyper,
  fileTotal: uhyper,
  fileProcessed: uhyper,
  fileRemaining: uhyper,
};

/** One row a procedure: number, arguments, result (libvirt src/remote/remote_protocol.x). */
export const procedures = {
  connectOpen: remote(1, { name: optional(string()), flags: uint }, nothing),
  connectClose: remote(2, nothing, nothing),
  connectGetType: remote(3, nothing, { type: string() }),
  connectGetVersion: remote(4, nothing, { version: uhyper }),
  nodeGetInfo: remote(6, nothing, {
    model: chars(32),
    memoryKiB: uhyper,
    cpus: int,
    mhz: int,
    nodes: int,
    sockets: int,
    cores: int,
    threads: int,
  }),
  connectGetCapabilities: remote(7, nothing, { xml: string() }),
  domainDestroy: remote(12, onDomain, nothing),
  domainGetXmlDesc: remote(14, onDomainFlags, { xml: string() }),
  domainGetAutostart: remote(15, onDomain, { autostart: int }),
  domainLookupByName: remote(23, { name: string() }, onDomain),
  domainLookupByUuid: remote(24, { uuid: opaque(16) }, onDomain),
  domainResume: remote(28, onDomain, nothing),
  domainShutdown: remote(33, onDomain, nothing),
  domainSuspend: remote(34, onDomain, nothing),
  connectGetHostname: remote(59, nothing, { hostname: string() }),
  connectSupportsFeature: remote(60, { feature: int }, { supported: int }),
  authList: remote(66, nothing, { types: array(int, 20) }),
  authSaslInit: remote(67, nothing, { mechanisms: string() }),
  authPolkit: remote(70, nothing, { complete: int }),
  connectGetLibVersion: remote(157, nothing, { version: uhyper }),
  storagePoolRefresh: remote(83, { pool: storagePool, flags: uint }, nothing),
  storagePoolGetInfo: remote(
    87,
    { pool: storagePool },
    { state: uint, capacity: uhyper, allocation: uhyper, available: uhyper },
  ),
  storagePoolGetXmlDesc: remote(88, { pool: storagePool, flags: uint }, { xml: string() }),
  storageVolLookupByPath: remote(97, { path: string() }, { vol: storageVol }),
  storageVolGetXmlDesc: remote(99, { vol: storageVol, flags: uint }, { xml: string() }),
  domainIsPersistent: remote(151, onDomain, { persistent: int }),
  domainHasManagedSaveImage: remote(183, onDomainFlags, { present: int }),
  domainGetJobInfo: remote(163, onDomain, jobInfo),
  domainAbortJob: remote(164, onDomain, nothing),
  domainManagedSaveRemove: remote(184, onDomainFlags, nothing),
  domainManagedSaveGetXmlDesc: remote(388, onDomainFlags, { xml: string() }),
  domainSnapshotCreateXml: remote(185, { domain, xml: string(), flags: uint }, { snapshot }),
  domainSnapshotGetXmlDesc: remote(186, onSnapshotFlags, { xml: string() }),
  domainSnapshotNum: remote(187, onDomainFlags, { count: int }),
  domainSnapshotLookupByName: remote(189, { domain, name: string(), flags: uint }, { snapshot }),
  domainHasCurrentSnapshot: remote(190, onDomainFlags, { present: int }),
  domainSnapshotCurrent: remote(191, onDomainFlags, { snapshot }),
  domainRevertToSnapshot: remote(192, onSnapshotFlags, nothing),
  domainSnapshotDelete: remote(193, onSnapshotFlags, nothing),
  domainGetBlockInfo: remote(
    194,
    { domain, path: string(), flags: uint },
    { allocation: uhyper, capacity: uhyper, physical: uhyper },
  ),
  domainCreateWithFlags: remote(196, onDomainFlags, onDomain),
  /** Followed by a stream of the bytes; length 0 is everything up to the end. */
  storageVolDownload: remote(209, { vol: storageVol, offset: uhyper, length: uhyper, flags: uint }, nothing),
  domainScreenshot: remote(211, { domain, screen: uint, flags: uint }, { mime: optional(string()) }),
  domainGetState: remote(212, onDomainFlags, { state: int, reason: int }),
  domainSaveImageGetXmlDesc: remote(235, { file: string(), flags: uint }, { xml: string() }),
  domainGetBlockJobInfo: remote(
    238,
    { domain, path: string(), flags: uint },
    { found: int, type: int, bandwidth: uhyper, current: uhyper, end: uhyper },
  ),
  domainReset: remote(245, onDomainFlags, nothing),
  connectListAllDomains: remote(
    273,
    { needResults: int, flags: uint },
    { domains: array(domain, LIST_MAX), count: uint },
  ),
  domainListAllSnapshots: remote(
    274,
    { domain, needResults: int, flags: uint },
    { snapshots: array(snapshot, LIST_MAX), count: int },
  ),
  connectListAllStoragePools: remote(
    281,
    { needResults: int, flags: uint },
    { pools: array(storagePool, LIST_MAX), count: uint },
  ),
  storagePoolListAllVolumes: remote(
    282,
    { pool: storagePool, needResults: int, flags: uint },
    { vols: array(storageVol, LIST_MAX), count: uint },
  ),
  domainEventCallbackRegisterAny: remote(316, { eventId: int, domain: optional(domain) }, { callbackId: int }),
  domainEventCallbackDeregisterAny: remote(317, { callbackId: int }, nothing),
  domainFsfreeze: remote(
    335,
    { domain, mountpoints: array(string(), MOUNTPOINTS_MAX), flags: uint },
    { filesystems: int },
  ),
  domainFsthaw: remote(
    336,
    { domain, mountpoints: array(string(), MOUNTPOINTS_MAX), flags: uint },
    { filesystems: int },
  ),
  connectGetAllDomainStats: remote(
    344,
    { domains: array(domain, LIST_MAX), stats: uint, flags: uint },
    { records: array(struct({ domain, params: typedParams }), LIST_MAX) },
  ),
  domainMonitorCommand: qemu(1, { domain, cmd: string(), flags: uint }, { result: string() }),
  connectRegisterCloseCallback: remote(360, nothing, nothing),
  storagePoolLookupByTargetPath: remote(391, { path: string() }, { pool: storagePool }),
  domainCheckpointGetXmlDesc: remote(412, { checkpoint: snapshot, flags: uint }, { xml: string() }),
  domainListAllCheckpoints: remote(
    413,
    { domain, needResults: int, flags: uint },
    { checkpoints: array(snapshot, LIST_MAX), count: int },
  ),
  domainAgentSetResponseTimeout: remote(420, { domain, seconds: int, flags: uint }, { result: int }),
} as const satisfies Record<string, Procedure<never, unknown> | Procedure<object, object>>;

interface EventRow<T> {
  readonly program: number;
  readonly number: number;
  readonly body: Xdr<T>;
}
export type EventBody<E> = E extends EventRow<infer T> ? T : never;
function event<F extends Codecs<F>>(number: number, body: F): EventRow<Struct<F>> {
  return { program: program.remote, number, body: struct(body) };
}

/** MESSAGE packets of the remote program: number and payload. */
export const events = {
  lifecycle: event(318, { callbackId: int, domain, event: int, detail: int }),
  reboot: event(319, { callbackId: int, domain }),
  blockJob: event(339, { callbackId: int, domain, target: string(), type: int, status: int }),
  connectionClosed: event(362, { reason: int }),
  jobCompleted: event(363, { callbackId: int, domain, params: array(typedParam, JOB_STATS_MAX) }),
  metadataChange: event(379, { callbackId: int, domain, type: int, uri: optional(string()) }),
} as const;
