import { setImmediate as breathe } from 'node:timers/promises';
import type { HealthSnapshot } from '../../../shared/health/facts.ts';
import { listSnapshotsFlag } from '../../../shared/libvirt/flags.ts';
import { type Caller, domainRef } from '../../libvirt/domains.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { procedures } from '../../libvirt/procedures.ts';
import { parseSnapshot, snapshotXml } from '../../libvirt/snapshots.ts';
import { storedDisks } from '../../libvirt/stored-disks.ts';
import { parseXml, XmlError } from '../../libvirt/xml.ts';
import { limited } from './limited.ts';

/** Below the gate's own number: what a person asks for meanwhile finds room. */
const AT_ONCE = 2;
/** Parsing goes on for so many texts before other work has its turn. */
const PARSED_AT_ONCE = 20;

interface Read {
  readonly xml: string;
  readonly snapshot: HealthSnapshot;
}

/** By whom it was asked, and by domain: what was parsed last. A text that is still the same is not parsed again. */
const known = new WeakMap<Caller, Map<string, ReadonlyMap<string, Read>>>();

/**
 * All snapshots of a domain with what they tell of disks, parents first.
 * @throws LibvirtError (NO_DOMAIN when the domain is gone), ConnectionError, what the signal was aborted with
 */
export async function readStored(caller: Caller, uuid: string, signal: AbortSignal): Promise<HealthSnapshot[]> {
  const { snapshots: refs } = await caller.call(procedures.domainListAllSnapshots, {
    domain: domainRef(uuid),
    needResults: 1,
    flags: listSnapshotsFlag.topological,
  });
  const texts = await limited(refs, AT_ONCE, signal, async ({ name }) => ({
    name,
    xml: await snapshotXml(caller, uuid, name).catch(vanishedIsNull),
  }));
  const domains = known.get(caller) ?? new Map<string, ReadonlyMap<string, Read>>();
  known.set(caller, domains);
  const before = domains.get(uuid);
  const now = new Map<string, Read>();
  let parsed = 0;
  for (const { name, xml } of texts) {
    if (xml === null) continue;
    const last = before?.get(name);
    if (last?.xml === xml) {
      now.set(name, last);
      continue;
    }
    now.set(name, { xml, snapshot: parse(name, xml) });
    if (++parsed % PARSED_AT_ONCE === 0) await breathe(undefined, { signal });
  }
  domains.set(uuid, now);
  return [...now.values()].map(({ snapshot }) => snapshot);
}

function parse(name: string, xml: string): HealthSnapshot {
  try {
    const element = parseXml(xml, 'domainsnapshot');
    const { parent, state, memory, kind } = parseSnapshot(element);
    const memoryFile = element.at('memory')?.attribute('file') ?? null;
    const hasConfig = element.at('domain', 'name') !== undefined;
    const stored = storedDisks(element, name);
    return { name, parent, state, memory, kind, memoryFile, hasConfig, readable: true, stored };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return unreadable(name);
  }
}

function unreadable(name: string): HealthSnapshot {
  return {
    name,
    parent: null,
    state: 'unknown',
    memory: 'unknown',
    kind: 'none',
    memoryFile: null,
    hasConfig: false,
    readable: false,
    stored: { name, images: [], disks: [], reverted: [] },
  };
}

function vanishedIsNull(error: unknown): null {
  if (error instanceof LibvirtError && error.is('NO_DOMAIN_SNAPSHOT')) return null;
  throw error;
}
