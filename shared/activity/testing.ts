import type { JournalEntry } from '../schema.ts';

/** For tests: an entry of the journal, and whatever a test changes of it. */
export function aJournalEntry(more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    requestId: 'r',
    operationId: 'o',
    kind: 'revert',
    askedAt: 0,
    answeredAt: 1,
    who: 'ada',
    hostName: 'kvm-a',
    hostUri: 'qemu:///system',
    uuid: 'u',
    domainName: 'db-01',
    snapshotName: 'clean',
    flags: 0,
    plan: [],
    result: 'done',
    found: null,
    differences: [],
    resolved: false,
    hasXml: false,
    ...more,
  };
}
