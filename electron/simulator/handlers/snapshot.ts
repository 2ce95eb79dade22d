import { deleteFlag, snapshotXmlFlag } from '../../../shared/libvirt/flags.ts';
import type { WireDomain } from '../../libvirt/procedures.ts';
import { imageFiles, memoryFiles } from '../files.ts';
import { findSnapshot } from '../model.ts';
import { checkFlags, refuse } from '../refuse.ts';
import { revert } from '../revert.ts';
import { createSnapshot } from '../snapshot-create.ts';
import { deleteSnapshot, mergesOf, noteMerge } from '../snapshot-delete.ts';
import { LIST_FLAGS, listSnapshots } from '../snapshot-list.ts';
import type { World } from '../world.ts';
import { readSnapshotXml } from '../xml-read.ts';
import { snapshotXml } from '../xml-snapshot.ts';
import { escapeXml as e } from '../xml-words.ts';
import { type Handlers, onDomain, onSnapshot, wireSnapshot } from './handler.ts';

const MERGED_BYTES = 6_442_450_944;
/** Of a revert's time, what passes before QEMU is gone: its shutdown takes longest. */
const KILL_SHARE = 0.6;

/** Snapshots (libvirt src/qemu/qemu_driver.c, qemu_snapshot.c). */
export const snapshotHandlers = {
  domainListAllSnapshots: onDomain((domain, { needResults, flags }) => {
    checkFlags(flags, LIST_FLAGS, 'QEMU', 'qemuDomainListAllSnapshots');
    const found = listSnapshots(domain.snapshots, flags);
    return { snapshots: needResults ? found.map(({ name }) => wireSnapshot(name, domain)) : [], count: found.length };
  }),
  domainCheckpointGetXmlDesc: {
    run: ({ checkpoint }) => ({ xml: `<domaincheckpoint><name>${e(checkpoint.name)}</name></domaincheckpoint>` }),
  },
  domainListAllCheckpoints: onDomain((domain, { needResults }) => {
    const checkpoints = domain.checkpoints.map((name) => wireSnapshot(name, domain));
    return { checkpoints: needResults ? checkpoints : [], count: checkpoints.length };
  }),
  domainSnapshotNum: onDomain((domain, { flags }) => {
    checkFlags(flags, LIST_FLAGS, 'QEMU', 'qemuDomainSnapshotNum');
    return { count: listSnapshots(domain.snapshots, flags).length };
  }),
  domainSnapshotLookupByName: onDomain((domain, { name }) => {
    if (!findSnapshot(domain, name))
      refuse('NO_DOMAIN_SNAPSHOT', 'QEMU', `no domain snapshot with matching name '${name}'`);
    return { snapshot: wireSnapshot(name, domain) };
  }),
  domainSnapshotGetXmlDesc: onSnapshot((snapshot, domain, { flags }, { session }) => {
    checkFlags(flags, snapshotXmlFlag.secure, 'QEMU', 'qemuDomainSnapshotGetXMLDesc');
    if (flags & snapshotXmlFlag.secure && session.readOnly)
      refuse('OPERATION_DENIED', 'DOMAIN_SNAPSHOT', 'virDomainSnapshotGetXMLDesc with secure flag is forbidden');
    return { xml: snapshotXml(snapshot, domain, (flags & snapshotXmlFlag.secure) !== 0) };
  }),
  domainHasCurrentSnapshot: onDomain((domain) => ({ present: domain.current === null ? 0 : 1 })),
  domainSnapshotCurrent: onDomain((domain) => {
    if (domain.current === null) refuse('NO_DOMAIN_SNAPSHOT', 'QEMU', 'the domain does not have a current snapshot');
    return { snapshot: wireSnapshot(domain.current, domain) };
  }),
  domainSnapshotCreateXml: onDomain(async (domain, { xml, flags }, { world }) => {
    const { change, name } = createSnapshot(domain, readSnapshotXml(xml), flags, world.env, presentFiles(world));
    const ms = findSnapshot(change.domain, name)?.memory === 'no' ? 0 : world.options.snapshotMs;
    const bytes = (domain.live?.memoryKiB ?? 0) * 1024;
    if (ms > 0 && domain.live && !(await world.job(domain.uuid, ms, bytes)))
      refuse('OPERATION_ABORTED', 'QEMU', 'snapshot job: canceled by client');
    world.apply(change);
    return { snapshot: wireSnapshot(name, change.domain) };
  }, 'DOMAIN_SNAPSHOT'),
  domainSnapshotDelete: onSnapshot(async (snapshot, domain, { flags }, { world }) => {
    const change = deleteSnapshot(domain, snapshot.name, flags, world.options.libvirtVersion);
    const { mergeMs } = world.options;
    const merges = (flags & deleteFlag.metadataOnly) === 0 ? mergesOf(domain, snapshot) : [];
    if (merges.length > 0) world.put(noteMerge(domain, snapshot, true));
    if (merges.length > 0 && mergeMs > 0 && !(await world.job(domain.uuid, mergeMs, MERGED_BYTES, world.merges)))
      refuse(
        'INTERNAL_ERROR',
        'QEMU',
        `block commit failed while deleting disk '${merges[0]?.target}' snapshot: 'Operation canceled'`,
      );
    world.apply(change);
    return {};
  }, 'DOMAIN_SNAPSHOT'),
  domainRevertToSnapshot: {
    writes: 'DOMAIN_SNAPSHOT',
    run: ({ snapshot, flags }, context) =>
      revertOnDomain.run({ domain: snapshot.domain, name: snapshot.name, flags }, context),
  },
} satisfies Partial<Handlers>;

function presentFiles({ domains }: World): ReadonlySet<string> {
  return new Set([...imageFiles(domains).keys(), ...memoryFiles(domains)]);
}

const revertOnDomain = onDomain<Revert, object>((domain, { name, flags }, { world, crash }) => {
  const outcome = revert(domain, name, flags, world.env);
  if (outcome.crash) {
    crash();
    return {};
  }
  return world.hold(domain.uuid, async () => {
    const ms = world.options.revertMs(domain);
    if (outcome.killed) {
      await world.sleep(ms * KILL_SHARE);
      world.apply(outcome.killed);
    }
    await world.sleep(outcome.killed ? ms * (1 - KILL_SHARE) : ms);
    if (outcome.done) world.apply(outcome.done);
    if (outcome.error) throw outcome.error;
    return {};
  });
});
interface Revert {
  domain: WireDomain;
  name: string;
  flags: number;
}
