import { describe, expect, it } from 'vitest';
import { errorCode, errorDomain } from '../../shared/libvirt/flags.ts';
import { program } from './frame.ts';
import { events, type Procedure, procedures, remoteError, typedParam } from './procedures.ts';
import { decode, encode } from './xdr.ts';

/** From remote_protocol.x. */
const numbers: Record<keyof typeof procedures, number> = {
  connectOpen: 1,
  domainMonitorCommand: 1,
  connectClose: 2,
  connectGetType: 3,
  connectGetVersion: 4,
  nodeGetInfo: 6,
  connectGetCapabilities: 7,
  domainDestroy: 12,
  domainGetXmlDesc: 14,
  domainLookupByName: 23,
  domainLookupByUuid: 24,
  domainResume: 28,
  domainShutdown: 33,
  domainSuspend: 34,
  domainReset: 245,
  connectGetHostname: 59,
  connectSupportsFeature: 60,
  domainGetAutostart: 15,
  domainGetBlockInfo: 194,
  domainSaveImageGetXmlDesc: 235,
  authList: 66,
  authSaslInit: 67,
  authPolkit: 70,
  storagePoolGetXmlDesc: 88,
  storageVolLookupByPath: 97,
  storageVolGetXmlDesc: 99,
  connectListAllStoragePools: 281,
  storagePoolListAllVolumes: 282,
  storagePoolLookupByTargetPath: 391,
  domainIsPersistent: 151,
  domainGetJobInfo: 163,
  domainAbortJob: 164,
  connectGetLibVersion: 157,
  domainHasManagedSaveImage: 183,
  domainManagedSaveRemove: 184,
  domainManagedSaveGetXmlDesc: 388,
  domainSnapshotCreateXml: 185,
  domainSnapshotGetXmlDesc: 186,
  domainSnapshotNum: 187,
  domainSnapshotLookupByName: 189,
  domainHasCurrentSnapshot: 190,
  domainSnapshotCurrent: 191,
  domainRevertToSnapshot: 192,
  domainSnapshotDelete: 193,
  domainCreateWithFlags: 196,
  storageVolDownload: 209,
  domainScreenshot: 211,
  domainGetState: 212,
  domainGetBlockJobInfo: 238,
  connectListAllDomains: 273,
  domainListAllSnapshots: 274,
  domainEventCallbackRegisterAny: 316,
  domainEventCallbackDeregisterAny: 317,
  connectGetAllDomainStats: 344,
  connectRegisterCloseCallback: 360,
  storagePoolGetInfo: 87,
  storagePoolRefresh: 83,
  domainFsfreeze: 335,
  domainFsthaw: 336,
  domainCheckpointGetXmlDesc: 412,
  domainListAllCheckpoints: 413,
  domainAgentSetResponseTimeout: 420,
};
const eventNumbers: Record<keyof typeof events, number> = {
  lifecycle: 318,
  reboot: 319,
  blockJob: 339,
  connectionClosed: 362,
  jobCompleted: 363,
  metadataChange: 379,
};
const numberOf = (rows: Readonly<Record<string, { number: number }>>) =>
  Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.number]));

const uuid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const domain = { name: 'vm', uuid, id: 3 };
const domainHex = `00000002766d0000${uuid.toString('hex')}00000003`;
const argsHex = <A>(procedure: Procedure<A, unknown>, args: NoInfer<A>) => encode(procedure.args, args).toString('hex');

describe('numbers', () => {
  it('are those of remote_protocol.x', () => {
    expect(numberOf(procedures)).toEqual(numbers);
    expect(numberOf(events)).toEqual(eventNumbers);
  });

  it('belong to the remote program, but for QEMU’s monitor', () => {
    const { domainMonitorCommand, ...others } = procedures;
    const rows = [...Object.values(others), ...Object.values(events)];
    expect(new Set(rows.map((row) => row.program))).toEqual(new Set([program.remote]));
    expect(domainMonitorCommand.program).toBe(program.qemu);
    expect(program).toEqual({ remote: 0x2000_8086, qemu: 0x2000_8087, keepalive: 0x6b65_6570 });
  });
});

describe('layout', () => {
  it('of the arguments that matter most', () => {
    expect(argsHex(procedures.connectOpen, { name: 'qemu:///system', flags: 1 })).toBe(
      ['00000001', '0000000e', '71656d753a2f2f2f73797374656d0000', '00000001'].join(''),
    );
    expect(argsHex(procedures.connectOpen, { name: null, flags: 0 })).toBe('0000000000000000');
    expect(argsHex(procedures.domainRevertToSnapshot, { snapshot: { name: 's', domain }, flags: 4 })).toBe(
      `0000000173000000${domainHex}00000004`,
    );
    expect(argsHex(procedures.domainEventCallbackRegisterAny, { eventId: 21, domain: null })).toBe('0000001500000000');
    const vol = { pool: 'p', name: 'v', key: '/k' };
    expect(argsHex(procedures.storageVolDownload, { vol, offset: 65_536n, length: 2n ** 33n, flags: 0 })).toBe(
      `000000017000000000000001760000${'00'}000000022f6b0000000000000001000000000002000000000000${'0000'}`,
    );
    expect(argsHex(procedures.connectGetAllDomainStats, { domains: [], stats: 1, flags: 0 })).toBe(
      '000000000000000100000000',
    );
  });

  it('of replies of a fixed size', () => {
    const zeros = (bytes: number) => Buffer.alloc(bytes);
    expect(decode(procedures.nodeGetInfo.result, zeros(160))).toMatchObject({ model: '', memoryKiB: 0n, threads: 0 });
    expect(decode(procedures.domainGetState.result, zeros(8))).toEqual({ state: 0, reason: 0 });
    expect(decode(procedures.domainGetBlockJobInfo.result, zeros(32))).toMatchObject({ found: 0, end: 0n });
    expect(decode(procedures.connectGetVersion.result, Buffer.from('0000000000a7dbf8', 'hex'))).toEqual({
      version: 11_000_824n,
    });
  });

  it('of a lifecycle event', () => {
    const payload = Buffer.from(`00000000${domainHex}0000000500000006`, 'hex');
    expect(decode(events.lifecycle.body, payload)).toEqual({ callbackId: 0, domain, event: 5, detail: 6 });
  });

  it('of a finished job: as many facts as the protocol allows', () => {
    const params = Array.from({ length: 65 }, () => ({ field: 'time', value: { tag: 1, value: 0 } }));
    const body = { callbackId: 0, domain, params: params.slice(1) };
    const { jobCompleted } = events;
    expect(decode(jobCompleted.body, encode(jobCompleted.body, body))).toEqual(body);
    expect(() => encode(jobCompleted.body, { ...body, params })).toThrow('at most 64');
  });

  it('of a typed parameter of every type', () => {
    const values = [
      { tag: 1, value: -1 },
      { tag: 2, value: 1 },
      { tag: 3, value: -1n },
      { tag: 4, value: 1n },
      { tag: 5, value: 0.5 },
      { tag: 6, value: 1 },
      { tag: 7, value: 'x' },
    ];
    for (const value of values)
      expect(decode(typedParam, encode(typedParam, { field: 'f', value }))).toEqual({ field: 'f', value });
  });

  it('of an error with nothing but a code', () => {
    const payload = Buffer.from(
      ['0000004d', '00000023', '00000000', '00000002', '00000000'.repeat(4), 'ffffffffffffffff', '00000000'].join(''),
      'hex',
    );
    expect(decode(remoteError, payload)).toMatchObject({
      code: errorCode.SNAPSHOT_REVERT_RISKY,
      domain: errorDomain.DOMAIN_SNAPSHOT,
      level: 2,
      message: null,
      int1: -1,
    });
  });
});
