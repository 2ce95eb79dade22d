import { pausedReason, runningReason, shutoffReason } from '../../shared/libvirt/flags.ts';
import { buildDomain, cdrom, type DomainSpec, qcow2, type SnapshotSpec } from './build.ts';
import type { DomainModel } from './model.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const week = 7 * day;
const os = {
  debian: 'http://debian.org/debian/12',
  ubuntu: 'http://ubuntu.com/ubuntu/24.04',
  fedora: 'http://fedoraproject.org/fedora/41',
  alma: 'http://almalinux.org/almalinux/9',
  windows: 'http://microsoft.com/win/11',
} as const;

/** The domains of the host "Demo (simulated)", with histories that end at `now` (milliseconds since 1970). */
export function demoDomains(now: number): DomainModel[] {
  const seconds = Math.floor(now / 1000);
  return [...specs, nightly(seconds), autosaved()].map((spec, index) =>
    buildDomain({ id: index + 3, ...spec }, seconds),
  );
}

const specs: readonly DomainSpec[] = [
  {
    name: 'web-01',
    uuid: '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b01',
    title: 'Web shop, staging front end',
    description: 'Tell QA before you revert it; tests run at 02:00.',
    os: os.debian,
    state: 'running',
    snapshots: [
      { name: 'installed', ago: 36 * week, description: 'Debian 12, base packages' },
      { name: 'hardened', ago: 36 * week - 2 * day, description: 'CIS baseline applied' },
      { name: 'app-1.8', ago: 25 * week, state: 'running', description: 'before moving to nginx 1.26' },
      { name: 'try-http3', ago: 24 * week, parent: 'app-1.8', description: 'experiment, kept for reference' },
      { name: 'try-http3-tuned', ago: 24 * week - day, parent: 'try-http3' },
      { name: 'app-2.0', ago: 9 * week, parent: 'app-1.8', state: 'running', description: 'release' },
      { name: 'before-upgrade', ago: 3 * hour + 12 * minute, state: 'running', description: 'kernel 6.12 → 6.18' },
    ],
  },
  {
    name: 'web-02',
    uuid: '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b02',
    title: 'Web front end, spare',
    description: 'Paused while the pool is drained',
    os: os.debian,
    state: 'paused',
    reason: pausedReason.user,
    snapshots: [
      { name: 'installed', ago: 30 * week, description: 'clone of web-01 “hardened”' },
      { name: 'app-2.0', ago: 9 * week - hour, state: 'running', description: 'release' },
      { name: 'before-drain', ago: 2 * day, state: 'paused', description: 'taken while paused, pool at 0 %' },
    ],
  },
  {
    name: 'db-primary',
    uuid: '27e5f4a0-93bb-4d1e-8f21-5a0c6be7d110',
    title: 'Shop database, primary',
    description: 'Ask the DBAs before you touch it.',
    os: os.alma,
    memoryMiB: 2048,
    vcpus: 4,
    state: 'running',
    snapshots: [
      { name: 'empty-cluster', ago: 20 * week, description: 'initdb done, no data' },
      { name: 'pg15-loaded', ago: 19 * week, state: 'running', description: 'after the first import' },
      { name: 'before-pg16', ago: 11 * day, state: 'running', description: 'before pg_upgrade; CHG-4471' },
    ],
    since: {
      memoryKiB: 4096 * 1024,
      disks: [qcow2('db-primary', 'vda'), qcow2('db-primary', 'vdb'), cdrom],
    },
  },
  {
    name: 'ci-runner-01',
    uuid: 'c1a9be7e-0a4d-4a0e-b7ad-31c9d8470a01',
    title: 'CI runner (throw-away)',
    description: 'Created from XML at boot, not defined',
    os: os.ubuntu,
    vcpus: 8,
    memoryMiB: 8192,
    graphics: null,
    state: 'running',
    persistent: false,
    snapshots: [
      { name: 'clean', ago: 5 * day, description: 'runner registered, no job has run; taken offline' },
      { name: 'warm-cache', ago: 4 * day, state: 'running', description: 'images pulled' },
    ],
    current: 'clean',
  },
  {
    name: 'ci-image-builder',
    uuid: 'c1a9be7e-0a4d-4a0e-b7ad-31c9d8470a02',
    title: 'Golden image builder',
    os: os.fedora,
    vcpus: 4,
    memoryMiB: 4096,
    state: 'shutoff',
    reason: shutoffReason.fromSnapshot,
    snapshots: [
      { name: 'base', ago: 14 * week, description: 'Fedora 41 minimal' },
      { name: 'toolchain-gcc14', ago: 13 * week, description: 'gcc 14, binutils 2.43' },
      { name: 'gcc14-lto', ago: 12 * week, description: 'with LTO; 9 % smaller' },
      { name: 'toolchain-gcc15', ago: 6 * week, parent: 'base', description: 'gcc 15 from rawhide' },
      { name: 'gcc15-lto', ago: 5 * week, parent: 'toolchain-gcc15' },
      {
        name: 'gcc15-modules',
        ago: 4 * week,
        parent: 'toolchain-gcc15',
        description: 'C++ modules, does not build yet',
      },
      { name: 'toolchain-clang', ago: 3 * week, parent: 'base', description: 'clang 20 for comparison' },
    ],
    current: 'gcc15-lto',
  },
  {
    name: 'win11-desktop',
    uuid: '5b0f9f2d-77c1-4f7a-93c8-9d0e4f1a1111',
    title: 'Windows 11 test desktop',
    description: 'Saved over the weekend; start it to go on',
    os: os.windows,
    firmware: 'efi',
    memoryMiB: 8192,
    vcpus: 4,
    graphics: 'spice',
    password: 'demo-only',
    state: 'shutoff',
    reason: shutoffReason.saved,
    managedSave: true,
    snapshots: [
      { name: 'oobe-done', ago: 17 * week, description: 'first login, drivers installed' },
      { name: 'before-24H2', ago: 8 * week, description: 'fully patched 23H2, shut down cleanly' },
      {
        name: 'repro-1187',
        ago: 5 * day,
        state: 'running',
        description: 'Explorer hangs, bug 1187; debugger attached',
      },
    ],
  },
  {
    name: 'fileserver',
    uuid: 'f11e5e7e-4b6b-4a7d-a1f4-0c4b6f2a7e03',
    title: 'Samba and NFS',
    description: 'Data disk vdb is large: external snapshots only',
    os: os.debian,
    disks: ['vda', 'vdb'],
    state: 'running',
    snapshots: [
      { name: 'before-acl-migration', ago: 7 * week, external: true, description: 'offline, both disks' },
      { name: 'quota-rollout', ago: 16 * day, state: 'disk-snapshot', description: 'disks only, guest was running' },
      { name: 'before-smb311', ago: 26 * hour, state: 'running', external: true, description: 'disks and memory' },
    ],
  },
  {
    name: 'legacy-erp',
    agent: 'none',
    uuid: '1e6acee0-0e4b-4b57-8e9f-6d1f0a5c2004',
    title: 'ERP (vendor image of 2011)',
    description: 'Nobody knows the root password',
    os: 'http://centos.org/centos/6.0',
    machine: 'pc-i440fx-7.2',
    vcpus: 1,
    memoryMiB: 1024,
    state: 'running',
    ignoresPowerButton: true,
    snapshots: [
      { name: 'delivered', ago: 640 * week, noConfig: true, description: 'metadata from libvirt 0.9.4' },
      { name: 'suspended-for-move', ago: 110 * week, state: 'pmsuspended', description: 'guest slept (S3) when taken' },
      { name: 'year-end-closing', ago: 46 * week, state: 'running', description: 'before the closing of the books' },
    ],
  },
  {
    name: 'storage-migration',
    uuid: '57a6e000-3c14-4e6f-9a0d-8c2b1d0e5505',
    description: 'Its disk is being copied to the new array',
    os: os.ubuntu,
    state: 'running',
    snapshots: [{ name: 'before-copy', ago: 50 * minute, description: 'last state on the old array' }],
    blockJobs: ['vda'],
  },
  {
    name: 'scratch',
    uuid: '5c7a7c40-1f2d-4c7e-8a77-3b6d5e4f9906',
    description: 'For trying things',
    os: os.fedora,
    state: 'shutoff',
    reason: shutoffReason.shutdown,
  },
  {
    name: 'mail-gateway',
    uuid: '3a11f00d-58b2-4b0e-95b7-2a9c7d1e6607',
    title: 'Mail gateway (replaced)',
    description: 'Ausgemustert, bleibt bis Jahresende — don’t delete',
    os: os.debian,
    memoryMiB: 1024,
    state: 'shutoff',
    reason: shutoffReason.destroyed,
    snapshots: [
      { name: 'postfix-3.7', ago: 52 * week },
      { name: 'before-decommission', ago: 12 * week, description: 'queue empty, DNS already moved' },
    ],
  },
  {
    name: 'customer-acceptance-test-environment-release-2025-q4-hotfix-branch-eu-central-with-anonymised-production-data',
    uuid: 'ca7e57e0-2b3f-4d6b-b8e0-7f1a2c3d8808',
    title: 'Customer acceptance test, Q4, EU',
    description: 'Is reset to “ready-for-testers” every Monday',
    os: os.ubuntu,
    memoryMiB: 6144,
    vcpus: 4,
    graphics: 'spice',
    state: 'running',
    reason: runningReason.fromSnapshot,
    snapshots: [
      { name: 'ready-for-testers', ago: 4 * week, state: 'running', description: 'logged in, application warmed up' },
      {
        name: 'after-round-2-with-the-payment-provider-switched-to-the-sandbox-endpoint',
        ago: 6 * day,
        state: 'running',
        description:
          'Second round is over. The payment provider points at the sandbox, the mail relay is off, and the feature flags of the hotfix branch are all on; do not demo from here.',
      },
    ],
    current: 'ready-for-testers',
  },
  {
    name: 'wiki',
    uuid: '31c1f00d-7a2e-4b9c-8d44-5f6e7d8c910a',
    title: 'Team wiki',
    description: 'Somebody cleaned up its images by hand',
    os: os.debian,
    memoryMiB: 1024,
    state: 'running',
    snapshots: [
      { name: 'installed', ago: 20 * week, external: true, description: 'empty wiki' },
      { name: 'theme-test', ago: 15 * week, external: true, description: 'new theme, never finished' },
      { name: 'theme-final', ago: 14 * week, external: true, description: 'its disk was deleted from the pool' },
      { name: 'migration', ago: 10 * week, parent: 'installed', state: 'disk-snapshot', forgotten: true },
      { name: 'before-plugins', ago: 3 * week, state: 'disk-snapshot', description: 'disks only' },
    ],
    gone: ['/var/lib/libvirt/images/wiki.theme-test'],
    strays: [
      {
        path: '/var/lib/libvirt/images/wiki.scratch',
        backing: ['/var/lib/libvirt/images/wiki.qcow2'],
      },
    ],
  },
];

const AUTOSAVES = 27;

/** Overlay upon overlay, for as long as nobody merged any. */
function autosaved(): DomainSpec {
  return {
    name: 'game-server',
    agent: 'disconnected',
    uuid: '6a3e5e1f-2b7d-4c0a-9d15-7e8f9a0b1209',
    title: 'Game server',
    description: 'A plugin takes an external snapshot before every update',
    os: os.ubuntu,
    state: 'running',
    snapshots: Array.from(
      { length: AUTOSAVES },
      (_, index): SnapshotSpec => ({
        name: `update-${String(index + 1).padStart(2, '0')}`,
        ago: (AUTOSAVES - index) * 4 * day,
        state: 'disk-snapshot',
      }),
    ),
  };
}

const NIGHTS = 60;

/** Sixty nights, each one the child of the one before. */
function nightly(now: number): DomainSpec {
  const midnight = now - (now % day);
  const nights = Array.from({ length: NIGHTS }, (_, index): SnapshotSpec => {
    const at = midnight - (NIGHTS - 1 - index) * day - 21 * hour;
    const date = new Date(at * 1000).toISOString().slice(0, 10);
    return { name: `nightly-${date}`, ago: now - at, state: 'running', description: 'cron, 03:00 UTC' };
  });
  return {
    name: 'db-replica',
    uuid: '27e5f4a0-93bb-4d1e-8f21-5a0c6be7d111',
    title: 'Shop database, replica',
    description: 'A snapshot every night; nobody prunes them.',
    os: os.alma,
    vcpus: 2,
    state: 'running',
    snapshots: [
      { name: 'seeded', ago: now - midnight + 90 * day, description: 'pg_basebackup from db-primary' },
      ...nights,
    ],
  };
}
