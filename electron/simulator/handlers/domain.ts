import {
  blockJobType,
  domainXmlFlag,
  jobType,
  listDomainsFlag,
  statsFlag,
  statsGroup,
} from '../../../shared/libvirt/flags.ts';
import type { WireTypedParam } from '../../libvirt/procedures.ts';
import { firmwareFiles, imageFiles, memoryFiles } from '../files.ts';
import { type DomainModel, stateNumber } from '../model.ts';
import { checkFlags, refuse } from '../refuse.ts';
import { screenshot } from '../screen.ts';
import type { World } from '../world.ts';
import { domainXml } from '../xml-domain.ts';
import { blockStats } from './block-stats.ts';
import { type Handlers, onAll, onDomain, wireDomain } from './handler.ts';
import { param } from './typed-param.ts';

type Test = (domain: DomainModel) => boolean;
const active: Test = (domain) => domain.live !== null;
const known: readonly string[] = ['running', 'paused', 'shutoff'];
/** Bits of one group widen each other, groups narrow each other (virDomainObjMatchFilter). */
const listGroups: readonly (readonly (readonly [number, Test])[])[] = [
  [
    [listDomainsFlag.active, active],
    [listDomainsFlag.inactive, (domain) => !active(domain)],
  ],
  [
    [listDomainsFlag.persistent, (domain) => domain.persistent],
    [listDomainsFlag.transient, (domain) => !domain.persistent],
  ],
  [
    [listDomainsFlag.running, (domain) => domain.state === 'running'],
    [listDomainsFlag.paused, (domain) => domain.state === 'paused'],
    [listDomainsFlag.shutoff, (domain) => domain.state === 'shutoff'],
    [listDomainsFlag.other, (domain) => !known.includes(domain.state)],
  ],
  [
    [listDomainsFlag.managedSave, (domain) => domain.managedSave],
    [listDomainsFlag.noManagedSave, (domain) => !domain.managedSave],
  ],
  [
    [listDomainsFlag.autostart, () => false],
    [listDomainsFlag.noAutostart, () => true],
  ],
  [
    [listDomainsFlag.hasSnapshot, (domain) => domain.snapshots.length > 0],
    [listDomainsFlag.noSnapshot, (domain) => domain.snapshots.length === 0],
  ],
  [
    [listDomainsFlag.hasCheckpoint, () => false],
    [listDomainsFlag.noCheckpoint, () => true],
  ],
];
const LIST_FLAGS = listGroups.flat().reduce((all, [bit]) => all | bit, 0);

/** VIR_DOMAIN_STATS_*: the groups that the simulator knows. */
const statsGroups: readonly (readonly [
  number,
  (domain: DomainModel, world: World, flags: number) => WireTypedParam[],
])[] = [
  [
    statsGroup.state,
    (domain) => [param('state.state', 'int', stateNumber(domain.state)), param('state.reason', 'int', domain.reason)],
  ],
  [statsGroup.cpuTotal, (domain) => (domain.live ? [param('cpu.time', 'ullong', 81_000_000_000n)] : [])],
  [
    statsGroup.balloon,
    ({ live, config }) => [
      ...(live ? [param('balloon.current', 'ullong', BigInt(live.memoryKiB))] : []),
      param('balloon.maximum', 'ullong', BigInt((live ?? config).memoryKiB)),
    ],
  ],
  [
    statsGroup.vcpu,
    ({ live, config }) => ['vcpu.current', 'vcpu.maximum'].map((field) => param(field, 'uint', (live ?? config).vcpus)),
  ],
  [statsGroup.interface, () => []],
  [statsGroup.block, blockStats],
];
const STATS_KNOWN = statsGroups.reduce((all, [bit]) => all | bit, 0);

/** Domains: lists, states, XML, power, screen (libvirt src/qemu/qemu_driver.c). */
export const domainHandlers = {
  connectListAllDomains: onAll(({ needResults, flags }, { world }) => {
    checkFlags(flags, LIST_FLAGS, 'QEMU', 'qemuConnectListAllDomains');
    const found = world.domains.filter(matching(flags));
    return { domains: needResults ? found.map(wireDomain) : [], count: found.length };
  }),
  connectGetAllDomainStats: onAll(({ domains, stats, flags }, { world }) => {
    const unknown = (stats & ~STATS_KNOWN) >>> 0;
    if (unknown && (flags & statsFlag.enforce) !== 0)
      refuse('ARGUMENT_UNSUPPORTED', 'QEMU', `Stats types bits 0x${unknown.toString(16)} are not supported`);
    const asked = domains.length
      ? domains.map(({ uuid, name }) => world.domain(uuid, name))
      : world.domains.filter(matching(flags & LIST_FLAGS));
    const groups = statsGroups.filter(([bit]) => stats === 0 || stats & bit);
    return {
      records: asked.map((domain) => ({
        domain: wireDomain(domain),
        params: groups.flatMap(([, read]) => read(domain, world, flags)),
      })),
    };
  }),
  domainLookupByName: {
    run({ name }, { world }) {
      const domain = world.domains.find((each) => each.name === name);
      if (!domain) refuse('NO_DOMAIN', 'QEMU', `Domain not found: no domain with matching name '${name}'`);
      return { domain: wireDomain(domain) };
    },
  },
  domainLookupByUuid: { run: ({ uuid }, { world }) => ({ domain: wireDomain(world.domain(uuid)) }) },
  domainGetState: onDomain((domain) => ({ state: stateNumber(domain.state), reason: domain.reason })),
  domainIsPersistent: onDomain((domain) => ({ persistent: domain.persistent ? 1 : 0 })),
  domainGetXmlDesc: onDomain((domain, { flags }, { session }) => {
    const secure = (flags & domainXmlFlag.secure) !== 0;
    if (secure && session.readOnly)
      refuse(
        'OPERATION_DENIED',
        'DOM',
        'operation virDomainGetXMLDesc with secure flag forbidden for read only access',
      );
    const inactive = (flags & domainXmlFlag.inactive) !== 0 && domain.persistent;
    const live = inactive ? null : domain.live;
    const { name, uuid } = domain;
    const lines = domainXml(live ?? domain.config, {
      name,
      uuid,
      id: live ? domain.id : null,
      secure,
      agent: domain.agent,
    });
    return { xml: `${lines.join('\n')}\n` };
  }),
  domainHasManagedSaveImage: onDomain((domain) => ({ present: domain.managedSave ? 1 : 0 })),
  domainManagedSaveGetXmlDesc: onDomain((domain) => {
    if (!domain.managedSave) refuse('OPERATION_INVALID', 'QEMU', 'domain does not have managed save image');
    const { name, uuid, config } = domain;
    return { xml: `${domainXml(config, { name, uuid, id: null, secure: false }).join('\n')}\n` };
  }),
  domainManagedSaveRemove: onDomain((domain, _, { world }) => {
    world.put({ ...domain, managedSave: false });
    return {};
  }, 'DOM'),
  domainGetJobInfo: onDomain((domain, _, { world }) => {
    const job = world.jobs.get(domain.uuid);
    const elapsed = job ? Math.min(job.ms, world.options.now() - job.startedAt) : 0;
    const total = job?.totalBytes ?? 0;
    const done = job ? Math.floor((total * elapsed) / job.ms) : 0;
    const data = { dataTotal: BigInt(total), dataProcessed: BigInt(done), dataRemaining: BigInt(total - done) };
    const memory = { memTotal: data.dataTotal, memProcessed: data.dataProcessed, memRemaining: data.dataRemaining };
    const file = { fileTotal: 0n, fileProcessed: 0n, fileRemaining: 0n };
    return {
      type: job ? jobType.unbounded : jobType.none,
      timeElapsed: BigInt(elapsed),
      timeRemaining: 0n,
      ...data,
      ...memory,
      ...file,
    };
  }),
  domainAbortJob: onDomain((domain, _, { world }) => {
    const job = world.jobs.get(domain.uuid);
    if (!job) refuse('OPERATION_INVALID', 'QEMU', 'no job is active on the domain');
    job.aborted = true;
    return {};
  }, 'DOM'),
  domainGetAutostart: onDomain(() => ({ autostart: 0 })),
  domainGetBlockInfo: onDomain((domain, { path }, { world }) => {
    const disk = (domain.live ?? domain.config).disks.find((each) => each.target === path || each.path === path);
    if (!disk) refuse('INVALID_ARG', 'QEMU', `invalid path ${path} not assigned to domain`);
    if (disk.path === null)
      refuse('INVALID_ARG', 'QEMU', `disk '${disk.target}' does not currently have a source assigned`);
    const file = imageFiles(world.domains).get(disk.path);
    if (!file) refuse('SYSTEM_ERROR', 'QEMU', `Failed to open file '${disk.path}': No such file or directory`);
    return { allocation: file.allocatedBytes, capacity: file.virtualBytes, physical: file.allocatedBytes };
  }),
  domainSaveImageGetXmlDesc: {
    run({ file }, { world }) {
      for (const domain of world.domains)
        for (const { memoryFile, lost, config } of domain.snapshots)
          if (memoryFile === file && !lost && !domain.gone.includes(file) && config) {
            const { name, uuid } = domain;
            return { xml: `${domainXml(config, { name, uuid, id: null, secure: false }).join('\n')}\n` };
          }
      const there = [
        imageFiles(world.domains).keys(),
        memoryFiles(world.domains),
        firmwareFiles(world.domains),
      ].flatMap((files) => [...files]);
      if (there.some((path) => path === file || path.startsWith(`${file.replace(/\/+$/, '')}/`)))
        refuse('OPERATION_FAILED', 'QEMU', 'failed to read qemu header');
      refuse('SYSTEM_ERROR', 'QEMU', `Failed to open file '${file}': No such file or directory`);
    },
  },
  domainGetBlockJobInfo: onDomain((domain, { path }, { world }) => {
    const disks = (domain.live ?? domain.config).disks;
    const disk = disks.find((each) => each.target === path || each.path === path);
    const merge = world.merges.get(domain.uuid); // libvirt starts a domain that is off for it
    if (!domain.live && !merge) refuse('OPERATION_INVALID', 'QEMU', 'domain is not running');
    if (!disk) refuse('INVALID_ARG', 'QEMU', `disk '${path}' not found in domain`);
    if (merge) {
      const share = Math.min(1, (world.options.now() - merge.startedAt) / merge.ms);
      const current = BigInt(Math.floor(merge.totalBytes * share));
      return { found: 1, type: blockJobType.activeCommit, bandwidth: 0n, current, end: BigInt(merge.totalBytes) };
    }
    const running = domain.blockJobs.includes(disk.target);
    return {
      found: running ? 1 : 0,
      type: running ? 2 : 0,
      bandwidth: 0n,
      current: running ? 9_663_676_416n : 0n,
      end: running ? 42_949_672_960n : 0n,
    };
  }),
  /** QMP, as far as jobs go. */
  domainMonitorCommand: onDomain((domain, { cmd }, { world }) => {
    const { execute } = JSON.parse(cmd) as { execute?: string };
    const merge = world.merges.get(domain.uuid);
    if (execute === 'block-job-cancel' && merge) merge.aborted = true;
    const jobs = merge ? [{ device: 'commit-vda-libvirt-1-format', type: 'commit' }] : [];
    return { result: JSON.stringify({ return: execute === 'query-block-jobs' ? jobs : {} }) };
  }, 'DOM'),
  domainScreenshot: onDomain((domain, { screen }, { stream, world }) => {
    if (!domain.live) refuse('OPERATION_INVALID', 'DOMAIN', 'domain is not running');
    if (domain.live.graphics === null)
      refuse('INTERNAL_ERROR', 'QEMU', 'There is no console to take a screendump from');
    if (screen !== 0) refuse('OPERATION_INVALID', 'QEMU', 'no such screen ID');
    stream(screenshot(domain, world.env.now));
    return { mime: 'image/png' };
  }, 'DOM'),
} satisfies Partial<Handlers>;

function matching(flags: number): Test {
  const asked = listGroups.map((group) => group.filter(([bit]) => flags & bit)).filter((group) => group.length > 0);
  return (domain) => asked.every((group) => group.some(([, test]) => test(domain)));
}
