import { describe, expect, it } from 'vitest';
import { version } from '../../libvirt/versions.ts';
import { unknowns } from '../../rule.ts';
import type { SafetyOffer } from '../../schema.ts';
import { failureRules } from './failures.ts';
import {
  damage,
  disk,
  type Facts,
  facts,
  graphicsChange,
  memoryChange,
  merge,
  overlay,
  storedDisk,
  storedImage,
} from './fixtures.ts';
import { hazardRules } from './hazards.ts';
import { lossRules } from './losses.ts';
import { revertNeeds } from './needs.ts';
import { blockerRules, forceRules, refusalRules } from './refusals.ts';
import { holds, type RevertFlags, type Rule, writtenBack } from './rule.ts';
import { warningRules } from './warnings.ts';

type Change = Facts & { flags?: Partial<RevertFlags>; kept?: SafetyOffer };
/** For each rule: facts that it matches, and what to change for it not to. */
interface Row {
  code: string;
  matches: Change;
  unless: readonly Change[];
  /** More facts that it matches, each with all of `matches`. */
  also?: readonly Change[];
  says?: string;
}
const old = 7_000_000;
const newer = { libvirtVersion: version.alwaysRestarts };
const beforeExternal = { libvirtVersion: version.revertsExternal - 1 };
const test = { driver: 'TEST' };
const running: Facts = { snapshot: { state: 'running', memory: 'internal' } };
const live = [running, { snapshot: { state: 'paused', memory: 'internal' } }] as const satisfies readonly Facts[];
const off: Facts = { domain: { state: 'shutoff', active: false } };
/** A guest that has crashed, and whose process is kept. */
const crashed: Facts = { domain: { state: 'crashed', active: true } };
const external: Facts = {
  snapshot: { kind: 'external', disks: [{ target: 'vda', kind: 'external' }] },
  stored: { disks: [storedDisk({ kind: 'external' })] },
};
const internal: Facts = { snapshot: { kind: 'internal' } };
const toRun = { flags: { running: true } };
const safetyWith = (code: string): SafetyOffer => ({
  available: true,
  kind: 'external',
  memory: true,
  name: 'before',
  reasons: [],
  notes: [],
  doubts: [{ code, text: 'so it is' }],
  virsh: null,
});
const toPause = { flags: { paused: true } };
const path = '/images/web.qcow2';
/** The one disk that is stored, and what differs. */
const stored = (change: Parameters<typeof storedDisk>[0]): Facts => ({ stored: { disks: [storedDisk(change)] } });
const outside = (change: Parameters<typeof storedDisk>[0]): Facts =>
  merge(external, stored({ kind: 'external', ...change }));
const cd = (change: Parameters<typeof storedDisk>[0] = {}) =>
  storedDisk({
    target: 'sda',
    device: 'cdrom',
    image: storedImage('/iso/a.iso', 'raw'),
    kind: 'none',
    readonly: true,
    now: '/iso/a.iso',
    ...change,
  });
const readOnly = storedDisk({ target: 'vdb', image: storedImage('/images/tools.qcow2'), readonly: true });
const monday = (image: string, target = 'vda') => ({ name: 'monday', disks: [{ target, image }] });
const kernel = (exists: boolean | null) => [{ role: 'kernel', path: '/boot/vmlinuz', exists }];
const nvramFile = (exists: boolean | null) => [{ role: 'nvram', path: '/nvram/web.fd', exists }];

const tables: { table: string; rules: readonly Rule[]; rows: readonly Row[] }[] = [
  {
    table: 'refusalRules',
    rules: refusalRules.filter((rule) => !failureRules.includes(rule)),
    rows: [
      {
        code: 'RUNNING_AND_PAUSED',
        matches: { flags: { running: true, paused: true } },
        unless: [{ flags: { running: false } }, { flags: { paused: false } }],
        also: [test, { libvirtVersion: old }],
      },
      {
        code: 'RESET_NVRAM_UNKNOWN',
        matches: { libvirtVersion: old, flags: { resetNvram: true } },
        unless: [{ libvirtVersion: version.resetsNvram }, { flags: { resetNvram: false } }, test],
        also: [{ libvirtVersion: version.resetsNvram - 1 }],
        says: '7.0.0',
      },
      {
        code: 'RESET_NVRAM_TEST',
        matches: { ...test, flags: { resetNvram: true } },
        unless: [{ driver: 'QEMU' }, { flags: { resetNvram: false } }],
      },
      {
        code: 'BLOCK_JOB',
        matches: { domain: { blockJobs: ['vda', 'vdb'] } },
        unless: [{ domain: { blockJobs: [] } }],
        says: 'vda, vdb',
      },
      {
        code: 'JOB',
        matches: { domain: { job: true } },
        unless: [
          { domain: { job: false } },
          { domain: { job: null } },
          { domain: { job: true, blockJobs: ['vda'] } },
          test,
        ],
        also: [{ libvirtVersion: old }],
        says: 'backup',
      },
      {
        code: 'TRANSIENT_NEEDS_STATE',
        matches: { domain: { persistent: false } },
        unless: [{ domain: { persistent: true } }, ...live, toRun, toPause],
        also: [test, { snapshot: { state: 'crashed' } }, { snapshot: { state: 'disk-snapshot' } }],
        says: 'running',
      },
      {
        code: 'EXTERNAL_UNSUPPORTED',
        matches: { snapshot: { kind: 'external' }, libvirtVersion: 9_008_000 },
        unless: [
          { libvirtVersion: version.revertsExternal },
          { snapshot: { kind: 'internal' } },
          { snapshot: { kind: 'none' } },
          test,
        ],
        also: [{ snapshot: { kind: 'mixed' } }, { libvirtVersion: old }],
        says: '9.8.0',
      },
      {
        code: 'NO_CONFIGURATION',
        matches: { hasConfig: false },
        unless: [{ hasConfig: true }, { libvirtVersion: version.alwaysRestarts - 1 }, test],
        also: [newer],
      },
      {
        code: 'NO_CONFIGURATION_TEST',
        matches: { hasConfig: false, ...test },
        unless: [{ hasConfig: true }, { driver: 'QEMU' }],
      },
      {
        code: 'NO_CONFIGURATION_OLD',
        matches: { hasConfig: false, libvirtVersion: old },
        unless: [{ hasConfig: true }, newer, test],
        also: [off],
      },
      {
        code: 'MUST_RESPAWN',
        matches: { libvirtVersion: old, ...toRun },
        unless: [newer, off, { flags: { running: false } }, ...live],
        also: [
          { flags: { running: false, paused: true } },
          { domain: { state: 'paused' } },
          crashed,
          { snapshot: { state: 'crashed' } },
          { libvirtVersion: version.alwaysRestarts - 1 },
          test,
        ],
        says: '7.0.0',
      },
      {
        code: 'MANAGED_SAVE',
        matches: { domain: { managedSave: true } },
        unless: [{ domain: { managedSave: false } }, ...live, test],
        also: [toRun, { snapshot: { state: 'disk-snapshot' } }, { libvirtVersion: old }],
      },
      {
        code: 'GENERATION_ID',
        matches: merge(running, { libvirtVersion: old, stored: { genid: true } }),
        unless: [newer, { stored: { genid: false } }, off, { snapshot: { state: 'shutoff' } }, test],
        also: [{ snapshot: { state: 'paused' } }],
      },
      {
        code: 'CONFIG_MISMATCH',
        matches: merge(running, { libvirtVersion: old, configChanges: [memoryChange, graphicsChange] }),
        unless: [
          newer,
          { configChanges: [] },
          { configChanges: [graphicsChange] },
          off,
          { snapshot: { state: 'shutoff' } },
        ],
        also: [{ snapshot: { state: 'paused' } }, toRun, test],
        says: 'Memory: 2 GiB in the snapshot, 4 GiB now)',
      },
      {
        code: 'EXTERNAL_NOT_A_FILE',
        matches: merge(external, { stored: { notFiles: ['vdb'] } }),
        unless: [{ stored: { notFiles: [] } }, internal, beforeExternal, test],
        also: [{ stored: { notFiles: ['vdb', 'sda'] } }, { snapshot: { kind: 'mixed' } }],
        says: 'vdb is not',
      },
      {
        code: 'SUSPENDED_SNAPSHOT',
        matches: { snapshot: { state: 'pmsuspended' } },
        unless: [{ snapshot: { state: 'shutoff' } }, test],
      },
      {
        code: 'NO_STATE',
        matches: { snapshot: { state: 'nostate' } },
        unless: [{ snapshot: { state: 'shutoff' } }, { snapshot: { state: 'unknown' } }, test],
        also: [{ snapshot: { state: 'blocked' } }],
        says: 'nostate',
      },
      {
        code: 'DISK_ONLY_UNSUPPORTED',
        matches: { snapshot: { state: 'disk-snapshot', kind: 'external' }, libvirtVersion: 10_000_000 },
        unless: [{ libvirtVersion: version.revertsDiskOnly }, beforeExternal, { snapshot: { state: 'shutoff' } }, test],
        also: [{ libvirtVersion: version.revertsExternal }, { libvirtVersion: version.revertsDiskOnly - 1 }],
        says: '10.0.0',
      },
    ],
  },
  {
    table: 'failureRules',
    rules: failureRules,
    rows: [
      {
        code: 'EXTERNAL_IMAGE_GONE',
        matches: outside({ missing: [path] }),
        unless: [
          outside({ missing: [] }),
          outside({ missing: ['/images/base.qcow2'] }),
          outside({ image: null, missing: [] }),
          internal,
          beforeExternal,
          test,
        ],
        also: [...live, { stored: { disks: [storedDisk({ kind: 'external' }), cd({ missing: ['/iso/a.iso'] })] } }],
        says: path,
      },
      {
        code: 'SAME_OVERLAY',
        matches: merge(external, {
          stored: { disks: [storedDisk(), cd({ image: storedImage('/images/web.iso', 'raw') })] },
        }),
        unless: [
          { stored: { disks: [storedDisk(), cd()] } },
          { stored: { disks: [storedDisk(), cd({ image: storedImage('/iso/web.iso', 'raw') })] } },
          { stored: { disks: [storedDisk(), storedDisk({ target: 'vdb' })] } },
          internal,
          beforeExternal,
          test,
        ],
        also: [
          {
            stored: { disks: [storedDisk(), storedDisk({ target: 'vdb', image: storedImage('/images/web', 'raw') })] },
          },
        ],
        says: '/images/web.qcow2 and /images/web.iso',
      },
      {
        code: 'SHARED_DISK',
        matches: outside({ shareable: true }),
        unless: [
          outside({ shareable: false }),
          outside({ shareable: true, readonly: true }),
          outside({ shareable: true, image: null }),
          internal,
          beforeExternal,
          test,
        ],
        also: [...live, outside({ shareable: true, kind: 'none' })],
        says: 'vda',
      },
      {
        code: 'UNLIKE_FORMAT',
        matches: stored({ found: 'raw' }),
        unless: [
          stored({ found: 'qcow2' }),
          stored({ found: null }),
          stored({ image: storedImage('/images/web.qcow2', 'raw'), found: 'iso' }),
          stored({ kind: 'none', found: 'raw' }),
          test,
        ],
        also: [...live, toRun, outside({ found: 'raw' }), outside({ kind: 'none', device: 'cdrom', found: 'iso' })],
        says: '/images/web.qcow2 is raw, and the snapshot’s configuration says qcow2',
      },
      {
        code: 'MEMORY_FILE_GONE',
        matches: merge(merge(external, running), {
          stored: { memoryFile: { path: '/images/web.mem', exists: false } },
        }),
        unless: [
          { stored: { memoryFile: { path: '/images/web.mem', exists: true } } },
          { stored: { memoryFile: { path: '/images/web.mem', exists: null } } },
          { stored: { memoryFile: null } },
          { snapshot: { state: 'shutoff' } },
          beforeExternal,
          test,
        ],
        also: [{ snapshot: { state: 'paused' } }],
        says: '/images/web.mem',
      },
      {
        code: 'QEMU_CRASHES',
        matches: merge(running, { libvirtVersion: version.revertsExternal }),
        unless: [
          { libvirtVersion: version.mendsInternalRevert },
          beforeExternal,
          { snapshot: { state: 'shutoff' } },
          external,
          test,
        ],
        also: [{ snapshot: { state: 'paused' } }],
        says: '9.10',
      },
      {
        code: 'NOT_ON_HOST',
        matches: stored({ image: storedImage('rbd://host/web', 'raw', 'network') }),
        unless: [
          stored({}),
          stored({ image: storedImage('pool/web', 'qcow2', 'volume') }),
          stored({ image: storedImage('rbd://host/web', 'raw', 'network'), kind: 'none' }),
          external,
          running,
          test,
        ],
        also: [
          stored({ image: storedImage('nvme/1/0000:01:00.0', 'raw', 'nvme') }),
          { libvirtVersion: old },
          { ...stored({ image: storedImage('pool/web', 'qcow2', 'volume') }), libvirtVersion: old },
        ],
        says: 'vda',
      },
      {
        code: 'NOT_QCOW2',
        matches: stored({ image: storedImage(path, 'raw') }),
        unless: [
          stored({}),
          stored({ image: storedImage(path, null) }),
          stored({ image: storedImage(path, 'raw'), kind: 'none' }),
          external,
          test,
        ],
        also: [running, { libvirtVersion: old }],
        says: 'vda is not qcow2',
      },
      {
        code: 'CHECKPOINT',
        matches: { domain: { checkpoints: [monday(path)] } },
        unless: [
          { domain: { checkpoints: [] } },
          { domain: { checkpoints: null } },
          merge(external, { domain: { checkpoints: [{ name: 'monday', disks: null }] } }),
          { domain: { checkpoints: [monday('/images/other')] } },
          { domain: { checkpoints: [monday(path, 'vdb')] } },
          merge(off, { domain: { checkpoints: [monday(path)] } }),
          merge({ domain: { checkpoints: [monday(path)] } }, stored({ now: '/images/web.later' })),
          external,
          stored({ kind: 'none' }),
          test,
        ],
        also: [
          ...live,
          merge(off, stored({ hasBitmaps: true })),
          stored({ hasBitmaps: null }),
          { domain: { checkpoints: [{ name: 'monday', disks: null }] } },
          stored({ image: storedImage('/images/top.qcow2'), now: '/images/top.qcow2', below: [storedImage(path)] }),
          merge({ domain: { checkpoints: [monday('/images/other')] } }, stored({ hasBitmaps: true })),
          {
            domain: {
              checkpoints: [monday(path), { name: 'tuesday', disks: null }],
            },
          },
        ],
        says: 'the checkpoint “monday”',
      },
      {
        code: 'BITMAPS',
        matches: stored({ hasBitmaps: true }),
        unless: [
          stored({ hasBitmaps: false }),
          stored({ hasBitmaps: null }),
          stored({ hasBitmaps: true, kind: 'none' }),
          merge({ domain: { checkpoints: [monday(path)] } }, stored({ hasBitmaps: true })),
          merge(external, stored({ hasBitmaps: true })),
          test,
        ],
        also: [...live, off, { domain: { checkpoints: [monday(path, 'vdb')] } }, { domain: { checkpoints: null } }],
        says: path,
      },
      {
        code: 'IMAGE_GONE',
        matches: stored({ missing: [path] }),
        unless: [stored({}), stored({ missing: [path], kind: 'none' }), running, external, test],
        also: [toRun, { libvirtVersion: old }, stored({ missing: ['/images/base.qcow2'] })],
        says: path,
      },
      {
        code: 'READ_ONLY_LISTED',
        matches: merge(running, { stored: { disks: [storedDisk(), readOnly] } }),
        unless: [
          { stored: { disks: [storedDisk(), { ...readOnly, kind: 'none' }] } },
          { stored: { disks: [storedDisk(), { ...readOnly, readonly: false }] } },
          { snapshot: { state: 'shutoff', memory: 'none' } },
          { snapshot: { kind: 'external', memory: 'external' } },
          { libvirtVersion: 9_000_000 },
          test,
        ],
        also: [live[1], off, { data: { state: 'there', why: [] } }],
        says: 'vdb, which is read-only',
      },
      {
        code: 'TAG_GONE',
        matches: { data: { state: 'gone', why: [damage('tag-gone', 'gone')] } },
        unless: [
          { data: { state: 'there', why: [] } },
          { data: { state: 'gone', why: [damage('image-gone', 'gone')] } },
          { ...running, snapshot: { ...running.snapshot, name: 'a"b' }, libvirtVersion: old },
          test,
        ],
        also: [...live, { libvirtVersion: old }],
        says: '“before-upgrade” is not in the image of vda',
      },
      {
        code: 'TAG_WITHOUT_MEMORY',
        matches: { data: { state: 'gone', why: [damage('tag-without-memory', 'gone')] } },
        unless: [
          { data: { state: 'there', why: [] } },
          { data: { state: 'gone', why: [damage('tag-gone', 'gone')] } },
          test,
        ],
        also: [...live, { libvirtVersion: old }],
        says: 'libvirt would stop the guest and then fail',
      },
      {
        code: 'TAG_QUOTED',
        matches: merge(running, {
          snapshot: { name: 'a"b' },
          data: { state: 'unknown', why: [damage('tags-unread', 'unknown')] },
        }),
        unless: [
          { snapshot: { name: "a'b" } },
          { snapshot: { state: 'shutoff', memory: 'none' } },
          { snapshot: { kind: 'external', memory: 'external' } },
          { data: { state: 'there', why: [] } },
          { data: { state: 'gone', why: [damage('tag-gone', 'gone')] } },
          { libvirtVersion: old },
          test,
        ],
        also: [{ snapshot: { name: 'a\\b' } }, off, newer, { snapshot: { memory: 'unknown' } }],
        says: 'stop the guest and fail',
      },
      {
        code: 'NVRAM_GONE',
        matches: { stored: { nvram: 'qcow2', files: nvramFile(false) } },
        unless: [
          { stored: { nvram: 'qcow2', files: nvramFile(true) } },
          { stored: { nvram: 'qcow2', files: nvramFile(null) } },
          { stored: { nvram: 'raw', files: nvramFile(false) } },
          { stored: { nvram: 'qcow2', files: kernel(false) } },
          running,
          { snapshot: { kind: 'external' } },
          { libvirtVersion: version.revertsNvram - 1 },
          test,
        ],
        says: '/nvram/web.fd',
      },
      {
        code: 'COMMA',
        matches: outside({ image: storedImage('/images/a,b/web.qcow2') }),
        unless: [
          outside({}),
          outside({ image: storedImage('pool/a,b', 'qcow2', 'volume') }),
          outside({ image: storedImage('/images/a,b.qcow2') }),
          running,
          internal,
          beforeExternal,
          test,
        ],
        also: [toRun],
        says: 'in /images/a,b/ wrong',
      },
      {
        code: 'BACKING_GONE',
        matches: outside({ missing: ['/images/base.qcow2'] }),
        unless: [outside({}), running, internal, beforeExternal, test],
        also: [toRun],
        says: '/images/base.qcow2',
      },
      {
        code: 'CANNOT_START',
        matches: merge(running, { stored: { disks: [storedDisk(), cd({ missing: ['/iso/a.iso'] })] } }),
        unless: [
          { stored: { disks: [storedDisk(), cd()] } },
          { stored: { disks: [storedDisk(), cd({ missing: ['/iso/a.iso'], startupPolicy: 'optional' })] } },
          { stored: { disks: [storedDisk(), cd({ missing: ['/iso/a.iso'], startupPolicy: 'requisite' })] } },
          {
            ...toRun,
            snapshot: { state: 'shutoff' },
            stored: { disks: [cd({ missing: ['/iso/a.iso'], startupPolicy: 'requisite' })] },
          },
          { stored: { disks: [storedDisk()], files: kernel(null) } },
          { stored: { disks: [storedDisk()], files: nvramFile(false) } },
          { snapshot: { state: 'shutoff' } },
          { libvirtVersion: old },
          test,
        ],
        also: [
          { stored: { disks: [storedDisk()], files: kernel(false) } },
          { stored: { disks: [storedDisk({ missing: ['/images/base.qcow2'], startupPolicy: 'optional' })] } },
          { ...toRun, snapshot: { state: 'shutoff' } },
          { ...off, libvirtVersion: old },
        ],
        says: '/iso/a.iso is missing',
      },
    ],
  },
  {
    table: 'hazardRules',
    rules: hazardRules,
    rows: [
      ...(
        [
          ['MIXTURE', ['merge-broken-off']],
          ['OVERWRITTEN', ['written-to', 'written-since']],
          ['OTHER_TAG', ['id-is-another']],
          ['TWO_TAGS', ['tag-twice']],
        ] as const
      ).map(
        ([code, reasons]): Row => ({
          code,
          matches: { data: { state: 'mixture', why: [damage(reasons[0], 'mixture')] } },
          unless: [
            { data: { state: 'there', why: [] } },
            { data: { state: 'unknown', why: [damage('tags-unread', 'unknown')] } },
            test,
          ],
          also: [
            ...live,
            ...reasons.map((reason): Change => ({ data: { state: 'mixture', why: [damage(reason, 'mixture')] } })),
          ],
          says: `Because of ${reasons[0]}.`,
        }),
      ),
      {
        code: 'TAG_MISREAD',
        matches: { ...running, snapshot: { ...running.snapshot, name: 'a"b' }, libvirtVersion: old },
        unless: [
          { snapshot: { name: "a'b" } },
          { snapshot: { state: 'shutoff', memory: 'none' } },
          { snapshot: { kind: 'external', memory: 'external' } },
          off,
          newer,
          test,
        ],
        also: [{ snapshot: { name: 'a\\b' } }, { snapshot: { memory: 'unknown' } }],
        says: 'without reverting anything',
      },
      {
        code: 'COMMA_IN_NAME',
        matches: outside({ image: storedImage('/images/a,b.qcow2') }),
        unless: [
          outside({}),
          outside({ image: storedImage('/images/web.a,b') }),
          outside({ image: storedImage('/images/a,b/web.qcow2') }),
          outside({ image: storedImage('pool/a,b', 'qcow2', 'volume') }),
          running,
          internal,
          beforeExternal,
          test,
        ],
        also: [toRun],
        says: '“a,b.qcow2”',
      },
      {
        code: 'EXTERNAL_WITHOUT_CURRENT',
        matches: { snapshot: { kind: 'external' }, current: null },
        unless: [
          { current: 'other' },
          { snapshot: { kind: 'internal' } },
          { libvirtVersion: version.revertsExternal - 1 },
          test,
        ],
        also: [{ snapshot: { kind: 'mixed' } }, { libvirtVersion: 12_008_000 }],
        says: 'crash',
      },
      {
        code: 'TEST_WITHOUT_CONFIGURATION',
        matches: { ...test, hasConfig: false, libvirtVersion: old },
        unless: [{ hasConfig: true }, { driver: 'QEMU' }, newer],
        says: 'crash',
      },
      {
        code: 'WRONG_OVERLAY',
        matches: merge(external, {
          overlays: [overlay, { ...overlay, file: '/images/other', inUse: false, neededBy: ['x'] }],
        }),
        unless: [
          { overlays: [overlay] },
          { overlays: [{ ...overlay, inUse: null }] },
          { overlays: [{ ...overlay, inUse: false }] },
          { overlays: [{ ...overlay, inUse: false, under: '/images/top', mayNeed: ['x'] }] },
          internal,
          beforeExternal,
          test,
        ],
        also: [
          { overlays: [{ ...overlay, inUse: false, under: '/images/top', neededBy: ['x'] }] },
          { overlays: [{ ...overlay, neededBy: ['later'] }] },
          { overlays: [{ ...overlay, inUse: null, neededBy: ['later', 'last'] }] },
          { current: null },
        ],
        says: 'delete /images/other,',
      },
      {
        code: 'RESET_NVRAM_INTERNAL',
        matches: { stored: { nvram: 'qcow2' }, flags: { resetNvram: true } },
        unless: [
          { flags: { resetNvram: false } },
          external,
          { stored: { nvram: null } },
          { libvirtVersion: version.resetsNvram - 1 },
          test,
        ],
      },
    ],
  },
  {
    table: 'lossRules',
    rules: lossRules,
    rows: [
      {
        code: 'MEMORY',
        matches: { domain: { state: 'running' } },
        unless: [off],
        also: [
          crashed,
          { domain: { state: 'paused' } },
          { domain: { state: 'pmsuspended' } },
          { domain: { state: 'unknown' } },
          toRun,
        ],
      },
      {
        code: 'DISKS',
        matches: {},
        unless: [
          { stored: { disks: [] } },
          stored({ kind: 'none' }),
          stored({ kind: 'manual' }),
          stored({ attached: false }),
        ],
        also: [external, off, ...live, { current: null }, merge(test, { stored: { disks: [] } })],
        says: 'vda',
      },
      {
        code: 'TRANSIENT',
        matches: { domain: { disks: [{ ...disk, dropped: '/images/web.qcow2.TRANSIENT-web-01' }] } },
        unless: [{ domain: { disks: [disk] } }, merge(running, { libvirtVersion: old }), test],
        also: [...live, toRun, external],
        says: 'libvirt deletes /images/web.qcow2.TRANSIENT-web-01',
      },
      {
        code: 'DETACHED',
        matches: stored({ attached: false, now: null }),
        unless: [stored({}), stored({ attached: false, kind: 'none' }), external, test],
        also: [
          ...live,
          off,
          { stored: { disks: ['vda', 'vdb'].map((target) => storedDisk({ target, attached: false })) } },
        ],
        says: 'written to /images/web.qcow2',
      },
      {
        code: 'OTHER_IMAGE',
        matches: stored({ now: '/images/copy.qcow2', related: false }),
        unless: [
          stored({}),
          stored({ now: null }),
          stored({ image: null, now: '/images/copy.qcow2' }),
          stored({ device: 'cdrom', now: '/iso/b.iso' }),
          outside({ now: '/images/web.1790000000', related: true }),
          outside({ now: '/images/web.1790000000', related: null }),
          test,
        ],
        also: [
          ...live,
          stored({ now: '/images/copy.qcow2', related: true }),
          stored({ now: '/images/web.later', isUnderNow: true }),
          outside({ now: '/images/copy.qcow2', related: false }),
        ],
        says: 'vda switches back to /images/web.qcow2',
      },
      {
        code: 'LEFT_OUT_BACK',
        matches: outside({ kind: 'none', now: '/images/web.later', related: true }),
        unless: [
          outside({ kind: 'none' }),
          outside({ kind: 'none', now: null }),
          outside({ kind: 'none', now: '/images/copy.qcow2', related: false }),
          outside({ kind: 'none', now: '/images/web.later', readonly: true }),
          outside({ kind: 'external', now: '/images/web.later' }),
          internal,
          beforeExternal,
          test,
        ],
        also: [
          outside({ kind: 'manual', now: '/images/web.later' }),
          outside({ kind: 'none', now: '/images/web.later', related: null }),
        ],
        says: 'vda',
      },
      {
        code: 'OVERLAYS',
        matches: merge(external, { overlays: [overlay, { ...overlay, file: '/images/b', bytes: null }] }),
        unless: [{ overlays: [] }, { overlays: [{ ...overlay, inUse: null }] }, internal, beforeExternal, test],
        says: '/images/web.1790000000 (3 GiB), /images/b (size unknown)',
      },
      {
        code: 'UNLINKS_BELOW',
        matches: merge(external, { overlays: [{ ...overlay, inUse: false, under: '/images/top' }] }),
        unless: [{ overlays: [overlay] }, { overlays: [] }, internal, beforeExternal, test],
        says: `libvirt deletes ${overlay.file} from the backing chain of /images/top`,
      },
      {
        code: 'UNLINKS_LOOSE',
        matches: merge(external, { overlays: [{ ...overlay, inUse: false }] }),
        unless: [
          { overlays: [overlay] },
          { overlays: [{ ...overlay, inUse: false, under: '/images/top' }] },
          { overlays: [{ ...overlay, inUse: null }] },
          internal,
          beforeExternal,
          test,
        ],
        says: 'with everything written there',
      },
      {
        code: 'UNLINKS_DETACHED',
        matches: merge(external, { overlays: [{ ...overlay, inUse: null }] }),
        unless: [{ overlays: [overlay] }, { overlays: [] }, internal, beforeExternal, test],
        also: [{ overlays: [overlay, { ...overlay, target: 'vdb', inUse: null, bytes: null }] }],
        says: `${overlay.file} (3 GiB), although vda is not attached`,
      },
      {
        code: 'OTHER_SNAPSHOTS',
        matches: { history: { destroyed: { names: ['e1', 'e2'], count: 3 } } },
        unless: [{ history: { destroyed: { names: [], count: 0 } } }, test],
        also: [{ history: { destroyed: { names: ['e1'], count: 1 } } }, ...live],
        says: '“e1”, “e2” and 1 more',
      },
      {
        code: 'SPOILS_OVERLAYS',
        matches: { history: { spoiled: [{ path: '/images/left', on: path, usedBy: [] }] } },
        unless: [{ history: { spoiled: [] } }, test],
        also: [...live, external, { history: { spoiled: [{ path: '/images/left', on: path, usedBy: null }] } }],
        says: 'The content of /images/left',
      },
      {
        code: 'CONFIGURATION',
        matches: { configChanges: [graphicsChange] },
        unless: [{ configChanges: [] }],
        says: 'Graphics: vnc in the snapshot, spice now',
      },
    ],
  },
  {
    table: 'warningRules',
    rules: warningRules,
    rows: [
      {
        code: 'STAYS_OFF',
        matches: { snapshot: { state: 'shutoff' } },
        unless: [...live, toRun, toPause, { domain: { persistent: false } }],
        also: [{ snapshot: { state: 'disk-snapshot' } }, { snapshot: { state: 'crashed' } }, test],
        says: 'shut off',
      },
      {
        code: 'COLD_BOOT',
        matches: toRun,
        unless: [{ flags: { running: false } }, ...live, test],
        also: [toPause, { snapshot: { state: 'disk-snapshot' } }],
      },
      {
        code: 'TRANSIENT_IF_IT_FAILS',
        matches: { domain: { persistent: false } },
        unless: [{ domain: { persistent: true } }, test],
        also: [...live, toRun],
        says: 'libvirt may forget the domain',
      },
      {
        code: 'SAFETY_MAY_FAIL',
        matches: { kept: safetyWith('PAUSED_TWICE') },
        unless: [{ kept: { ...safetyWith('PAUSED_TWICE'), doubts: [] } }, test],
        also: [{ kept: safetyWith('BELOW') }],
        says: 'nothing is then reverted',
      },
      {
        code: 'MANAGED_SAVE_SURVIVES',
        matches: { domain: { managedSave: true } },
        unless: [{ domain: { managedSave: false } }, test],
        also: [...live, toRun, { domain: { autostart: true } }],
        says: 'virsh managedsave-remove',
      },
      {
        code: 'DAMAGED',
        matches: { data: { state: 'gone', why: [damage('image-gone', 'gone')] } },
        unless: [
          { data: { state: 'there', why: [] } },
          { data: { state: 'unknown', why: [damage('tags-unread', 'unknown')] } },
          { data: { state: 'gone', why: [damage('tag-gone', 'gone'), damage('tag-twice', 'other')] } },
          stored({ missing: [path] }),
          { stored: { memoryFile: { path, exists: false } } },
          test,
        ],
        also: [external, ...live, { data: { state: 'mixture', why: [damage('never-seen', 'mixture')] } }],
        says: 'Because of image-gone.',
      },
      {
        code: 'MIXED_KINDS',
        matches: { snapshot: { kind: 'mixed' } },
        unless: [internal, external, { snapshot: { kind: 'none' } }, beforeExternal, test],
        says: 'partly internal',
      },
      {
        code: 'LEFT_OUT',
        matches: stored({ kind: 'none' }),
        unless: [
          stored({}),
          stored({ kind: 'none', readonly: true }),
          stored({ kind: 'none', device: 'cdrom' }),
          stored({ kind: 'none', image: null }),
          stored({ kind: 'none', now: '/images/web.later' }),
          ...live,
          test,
        ],
        also: [stored({ kind: 'manual' }), outside({ kind: 'none' })],
        says: 'vda is not part of this snapshot and stays',
      },
      {
        code: 'MEMORY_OVER_DISKS',
        matches: merge(running, stored({ kind: 'manual' })),
        unless: [
          stored({}),
          stored({ kind: 'none', readonly: true }),
          stored({ kind: 'none', device: 'cdrom' }),
          { snapshot: { state: 'shutoff' } },
          test,
        ],
        also: [stored({ kind: 'none' }), outside({ kind: 'none', now: '/images/web.later' })],
        says: 'vda',
      },
      {
        code: 'MEDIA_OVERLAID',
        matches: merge(external, { stored: { disks: [storedDisk({ kind: 'external' }), cd()] } }),
        unless: [external, { stored: { disks: [cd({ image: null })] } }, internal, beforeExternal, test],
        also: [outside({ readonly: true }), outside({ device: 'floppy' }), ...live],
        says: 'sda (/iso/a.iso)',
      },
      {
        code: 'CANNOT_START_LATER',
        matches: { stored: { disks: [storedDisk(), cd({ missing: ['/iso/a.iso'] })] } },
        unless: [
          { stored: { disks: [storedDisk(), cd()] } },
          { stored: { disks: [cd({ missing: ['/iso/a.iso'], startupPolicy: 'optional' })] } },
          { stored: { disks: [storedDisk()], files: nvramFile(false) } },
          toRun,
          ...live,
          test,
        ],
        also: [
          { stored: { disks: [storedDisk()], files: kernel(false) } },
          { stored: { disks: [storedDisk()], next: { missing: ['/iso/b.iso', '/iso/c.iso'], unseen: [] } } },
        ],
        says: '/iso/a.iso is missing',
      },
      {
        code: 'NEXT_START',
        matches: merge(running, { stored: { next: { missing: ['/iso/b.iso'], unseen: [] } } }),
        unless: [
          { stored: { next: { missing: [], unseen: ['/iso/b.iso'] } } },
          { snapshot: { state: 'shutoff' } },
          test,
        ],
        also: [{ ...toRun, snapshot: { state: 'shutoff' } }],
        says: '/iso/b.iso',
      },
      {
        code: 'OPEN_IMAGE_GONE',
        matches: { domain: { disks: [{ ...disk, missing: true }] } },
        unless: [
          { domain: { disks: [disk] } },
          { domain: { active: false, disks: [{ ...disk, missing: true }] } },
          test,
        ],
        also: [...live, { domain: { ...crashed.domain, disks: [{ ...disk, missing: true }] } }],
        says: 'vda',
      },
      {
        code: 'CHECKPOINT_LEFT',
        matches: merge(external, { domain: { checkpoints: [{ name: 'cp1', disks: null }] } }),
        unless: [
          { domain: { checkpoints: [] } },
          { domain: { checkpoints: null } },
          { snapshot: { kind: 'internal' } },
          test,
        ],
        also: [off],
        says: '“cp1”',
      },
      {
        code: 'DEEP_CHAIN',
        matches: stored({ below: Array.from({ length: 25 }, (_, index) => storedImage(`/images/${index}`)) }),
        unless: [
          stored({ below: Array.from({ length: 24 }, (_, index) => storedImage(`/images/${index}`)) }),
          { libvirtVersion: version.deepChains },
          test,
        ],
        also: [outside({ below: Array.from({ length: 24 }, (_, index) => storedImage(`/images/${index}`)) })],
        says: '26 images',
      },
      {
        code: 'TPM_STAYS',
        matches: { stored: { tpm: true } },
        unless: [{ stored: { tpm: false } }, ...live, test],
        also: [external, toRun],
      },
      {
        code: 'NVRAM_RECREATED',
        matches: { ...toRun, stored: { files: nvramFile(false) } },
        unless: [
          { stored: { files: nvramFile(true) } },
          { stored: { files: nvramFile(null) } },
          { stored: { files: kernel(false) } },
          test,
        ],
        also: [...live, { flags: { running: false } }],
      },
      {
        code: 'NVRAM_STAYS',
        matches: { stored: { nvram: 'raw' }, libvirtVersion: 9_000_000 },
        unless: [
          { stored: { nvram: null } },
          { libvirtVersion: version.revertsNvram, stored: { nvram: 'qcow2' } },
          external,
          test,
        ],
        also: [{ libvirtVersion: version.revertsNvram }, { stored: { nvram: 'qcow2' } }],
        says: '9.0.0',
      },
      {
        code: 'NVRAM_STAYS_EXTERNAL',
        matches: merge(external, { stored: { nvram: 'qcow2' } }),
        unless: [
          { stored: { nvram: null } },
          { snapshot: { kind: 'internal' } },
          { flags: { resetNvram: true } },
          { libvirtVersion: version.revertsExternal - 1 },
          test,
        ],
      },
      {
        code: 'LEFT_BEHIND',
        matches: { history: { leftBehind: { names: ['b', 'c'], count: 12 } } },
        unless: [{ history: { leftBehind: { names: [], count: 0 } } }],
        also: [{ history: { leftBehind: { names: ['b'], count: 1 } } }, test],
        says: '“b”, “c” and 10 more are kept',
      },
      {
        code: 'CONSOLES',
        matches: { domain: { consoles: ['spice', 'vnc'] } },
        unless: [
          { domain: { consoles: [] } },
          { domain: { state: 'shutoff', active: false, consoles: ['vnc'] } },
          { ...running, libvirtVersion: old },
          { ...running, libvirtVersion: old, configChanges: [graphicsChange] },
        ],
        also: [
          running,
          { libvirtVersion: old },
          { ...running, libvirtVersion: old, configChanges: [memoryChange] },
          { ...running, libvirtVersion: old, stored: { genid: true } },
          { ...running, libvirtVersion: old, driver: 'TEST' },
        ],
        says: 'SPICE and VNC',
      },
      {
        code: 'TEST_DRIVER_STAYS_OFF',
        matches: { ...test, ...toRun },
        unless: [{ driver: 'QEMU' }, { flags: { running: false } }, ...live],
        also: [toPause],
      },
    ],
  },
];

/** For each need: facts that it matters for and that leave it unknown, and which of them make it known. */
interface NeedRow {
  code: string;
  matches: Change;
  /** What makes it known, each with the rest of `matches`. */
  known: readonly Change[];
  /** What makes it not matter. */
  idle?: readonly Change[];
  also?: readonly Change[];
  says?: string;
}
const needRows: readonly NeedRow[] = [
  {
    code: 'UNTRIED_DRIVER',
    matches: { driver: 'Xen' },
    known: [{ driver: 'QEMU' }, test],
    also: [{ driver: '' }],
    says: 'Xen',
  },
  {
    code: 'UNKNOWN_STATE',
    matches: { snapshot: { state: 'unknown' } },
    known: [{ snapshot: { state: 'shutoff' } }, running],
    also: [
      { snapshot: { state: 'running', memory: 'unknown' } },
      { snapshot: { state: 'running', memory: 'none' } },
      test,
    ],
  },
  {
    code: 'UNKNOWN_DOMAIN_STATE',
    matches: { domain: { state: 'unknown' } },
    known: [{ domain: { state: 'running' } }, off, crashed],
    also: [test, { domain: { state: 'nostate' } }],
  },
  {
    code: 'UNKNOWN_DISKS',
    matches: stored({ type: 'quantum' }),
    known: [stored({ type: 'file' }), stored({ type: 'network' })],
    idle: [test],
    also: [
      outside({ kind: 'unknown' }),
      stored({ device: 'tape' }),
      stored({ snapshot: 'unknown' }),
      stored({ kind: 'unknown' }),
      stored({ image: storedImage(path, 'qcow2', 'quantum') }),
      stored({ below: [storedImage('/images/base', 'raw', 'quantum')] }),
      stored({ image: null }),
      { stored: { disks: [] }, snapshot: { disks: [{ target: 'vda', kind: 'internal' }] } },
      { stored: { disks: [storedDisk()] }, snapshot: { disks: [{ target: 'vda', kind: 'none' }] } },
      { snapshot: { disks: [{ target: 'vda', kind: 'unknown' }] }, stored: { disks: [storedDisk()] } },
    ],
    says: 'vda',
  },
  {
    code: 'KEEPS_NOTHING',
    matches: { snapshot: { kind: 'none', disks: [] }, stored: { disks: [] } },
    known: [{ snapshot: { disks: [{ target: 'vda', kind: 'internal' }] } }, { snapshot: { memory: 'internal' } }],
    idle: [{ hasConfig: false }, test],
    also: [
      { snapshot: { disks: [{ target: 'vda', kind: 'none' }] } },
      { snapshot: { disks: [{ target: 'vda', kind: 'manual' }] } },
    ],
  },
  {
    code: 'UNKNOWN_FORMAT',
    matches: stored({ image: storedImage(path, null) }),
    known: [stored({}), stored({ image: storedImage(path, 'raw') })],
    idle: [stored({ kind: 'none', image: storedImage(path, null) }), stored({ image: null }), test],
    also: [
      ...live,
      toRun,
      outside({ image: storedImage(path, null) }),
      stored({ image: storedImage(path, 'quantum') }),
    ],
    says: 'vda',
  },
  {
    code: 'UNKNOWN_JOB',
    matches: { domain: { job: null } },
    known: [{ domain: { job: false } }, { domain: { job: true } }],
    idle: [test],
    also: [external, off],
  },
  {
    code: 'UNKNOWN_CHECKPOINTS',
    matches: { domain: { checkpoints: null } },
    known: [{ domain: { checkpoints: [] } }],
    idle: [stored({ kind: 'none' }), test],
    also: [...live, off, external],
  },
  {
    code: 'UNKNOWN_BITMAPS',
    matches: { domain: { checkpoints: [monday('/images/merged.qcow2')] } },
    known: [
      { domain: { checkpoints: [] } },
      { domain: { checkpoints: [monday('/images/merged.qcow2', 'vdb')] } },
      { domain: { checkpoints: [monday(path)] } },
      merge(off, { domain: { checkpoints: [monday('/images/merged.qcow2')] } }),
    ],
    idle: [stored({ kind: 'none' }), external, test],
    also: [...live, stored({ hasBitmaps: null }), merge(off, stored({ hasBitmaps: null }))],
  },
  {
    code: 'PAUSE_UNKNOWN',
    matches: merge(running, { libvirtVersion: old, domain: { state: 'paused' } }),
    known: [{ domain: { state: 'running' } }],
    idle: [newer, { snapshot: { state: 'shutoff', memory: 'none' } }, { configChanges: [memoryChange] }, off, test],
  },
  {
    code: 'UNSEEN_IMAGE',
    matches: stored({ unseen: [path] }),
    known: [stored({}), stored({ missing: [path] })],
    idle: [stored({ kind: 'none', unseen: [path] }), test],
    also: [...live, toRun, outside({ unseen: [path] }), outside({ kind: 'none', unseen: [path] })],
    says: path,
  },
  {
    code: 'UNREAD_BASE',
    matches: outside({ kind: 'none', isWhole: false }),
    known: [outside({ kind: 'none' }), outside({ isWhole: false })],
    idle: [merge({ snapshot: { kind: 'internal' } }, stored({ kind: 'none', isWhole: false })), test],
    also: [off, outside({ kind: 'manual', isWhole: false })],
  },
  {
    code: 'UNSEEN_MEMORY',
    matches: merge(external, {
      snapshot: { state: 'running', memory: 'external' },
      stored: { memoryFile: { path: '/images/web.mem', exists: null } },
    }),
    known: [true, false].map((exists) => ({ stored: { memoryFile: { path: '/images/web.mem', exists } } })),
    idle: [running, { snapshot: { state: 'shutoff' } }, beforeExternal, test],
    also: [{ snapshot: { state: 'paused' } }, { stored: { memoryFile: null } }],
    says: '/images/web.mem',
  },
  {
    code: 'UNSEEN_LATER',
    matches: stored({ kind: 'none', unseen: [path] }),
    known: [stored({ kind: 'none' }), stored({ unseen: [path] }), { stored: { disks: [], files: kernel(true) } }],
    idle: [test],
    also: [
      { stored: { disks: [], files: kernel(null) } },
      { stored: { disks: [], files: nvramFile(null) } },
      { stored: { disks: [], next: { missing: [], unseen: ['/iso/b.iso', '/iso/c.iso'] } } },
    ],
    says: path,
  },
  {
    code: 'UNKNOWN_DATA',
    matches: { data: { state: 'unknown', why: [damage('tags-unread', 'unknown')] } },
    known: [{ data: { state: 'there', why: [] } }, { data: { state: 'gone', why: [damage('tag-gone', 'gone')] } }],
    idle: [test],
    also: [
      { data: { state: 'unknown', why: [] } },
      { data: { state: 'gone', why: [damage('tag-gone', 'gone'), damage('base-unread', 'unknown')] } },
      external,
    ],
    says: 'Because of tags-unread.',
  },
  {
    code: 'UNKNOWN_RELATION',
    matches: outside({ now: '/images/web.later', related: null }),
    known: [
      outside({}),
      outside({ related: false }),
      outside({ image: null, related: null }),
      outside({ attached: false, now: null, related: null }),
      outside({ device: 'cdrom', now: null, related: null }),
    ],
    idle: [internal, test],
    also: [outside({ now: null, related: null }), { ...internal, ...stored({ now: null }) }],
    says: 'vda',
  },
  {
    code: 'UNSURE_SNAPSHOTS',
    matches: { history: { unsure: { names: ['e'], count: 1 } } },
    known: [{ history: { unsure: { names: [], count: 0 } } }],
    idle: [external, stored({ kind: 'none' }), test],
    also: [...live, { history: { unsure: { names: ['e', 'f'], count: 12 } } }],
    says: '“e”',
  },
  {
    code: 'UNSURE_OVERLAYS',
    matches: merge(external, { overlays: [{ ...overlay, inUse: false, mayNeed: ['e'] }] }),
    known: [{ overlays: [{ ...overlay, inUse: false }] }, { overlays: [] }],
    idle: [internal, beforeExternal, test],
    also: [{ overlays: [{ ...overlay, inUse: false, under: '/images/top', mayNeed: ['e', 'f'] }] }],
    says: '“e”',
  },
  {
    code: 'UNREAD_DISK',
    matches: { domain: { disks: [{ ...disk, allocationBytes: null }] } },
    known: [{ domain: { disks: [disk] } }, { domain: { disks: [{ ...disk, allocationBytes: null, missing: true }] } }],
    idle: [{ domain: { active: false } }, test],
    says: 'vda',
  },
];
const all: readonly Rule[] = [...refusalRules, ...hazardRules, ...lossRules, ...warningRules];

const caseOf = ({ flags, kept, ...change }: Change, more: Change = {}) => ({
  facts: facts(merge(change, withoutFlags(more))),
  flags: { running: false, paused: false, resetNvram: false, ...flags, ...more.flags },
  kept: more.kept ?? kept ?? null,
});
function withoutFlags({ flags: _, kept: __, ...rest }: Change): Facts {
  return rest;
}

describe.each(tables)('$table', ({ rules, rows }) => {
  const rule = (code: string) => {
    const found = all.find((each) => each.code === code);
    if (!found) throw new Error(`no rule ${code}`);
    return found;
  };

  it('has a row here for each rule, and a source for each', () => {
    expect(rows.map((row) => row.code)).toEqual(rules.map((each) => each.code));
    for (const { source } of rules) expect(source).toMatch(/\w{4}/);
  });

  it.each(rows)('$code matches', ({ code, matches, also = [], says = '' }) => {
    expect(holds(rule(code), caseOf(matches))).toBe(true);
    expect(rule(code).text(caseOf(matches))).toContain(says);
    for (const more of also) {
      const c = caseOf(matches, more);
      expect(holds(rule(code), c), JSON.stringify(more)).toBe(true);
      expect(rule(code).text(c)).toMatch(/\w/);
    }
  });

  it.each(rows)('$code does not match when one thing differs', ({ code, matches, unless }) => {
    for (const more of unless) expect(holds(rule(code), caseOf(matches, more)), JSON.stringify(more)).toBe(false);
  });
});

describe('revertNeeds', () => {
  const told = (code: string, change: Change, more?: Change) =>
    unknowns(
      revertNeeds.filter((need) => need.code === code),
      caseOf(change, more),
    ).map(({ text }) => text);

  it('has a row here for each need', () => {
    expect(needRows.map(({ code }) => code)).toEqual(revertNeeds.map(({ code }) => code));
  });

  it.each(needRows)('$code is told where it matters and is not known', ({ code, matches, also = [], says = '' }) => {
    expect(told(code, matches)).toEqual([expect.stringContaining(says)]);
    for (const more of also)
      expect(told(code, matches, more), JSON.stringify(more)).toEqual([expect.stringMatching(/\w/)]);
  });

  it.each(needRows)('$code is not told when it is known, or does not matter', ({ code, matches, known, idle = [] }) => {
    for (const more of [...known, ...idle]) expect(told(code, matches, more), JSON.stringify(more)).toEqual([]);
  });
});

it('no two rules have the same code', () => {
  const codes = [...all, ...revertNeeds].map((rule) => rule.code);
  expect(new Set(codes).size).toBe(codes.length);
});

it('memory comes back without a look at read-only disks, of which qemu-img puts back what they hold', () => {
  const c = (change: Change) => caseOf({ stored: { disks: [storedDisk(), readOnly] } }, change);
  const targets = (change: Change) => writtenBack(c(change).facts).map(({ target }) => target);
  expect(targets({})).toEqual(['vda', 'vdb']);
  expect(targets(running)).toEqual(['vda']);
});

it('a refusal is a blocker or can be forced', () => {
  expect([...blockerRules, ...forceRules].length).toBe(refusalRules.length);
  for (const { answer } of forceRules) expect(answer).toEqual({ code: 77 });
});
