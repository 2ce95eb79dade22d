import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Gate } from '../../electron/hosts/gate.ts';
import { listDomains } from '../../electron/libvirt/domains.ts';
import { closeConnection, openConnection } from '../../electron/libvirt/open.ts';
import type { Lab } from '../lab/lab.ts';
import type { Ask, MatrixCase, Result } from './kinds.ts';
import { placeOf } from './place.ts';
import { tryCase } from './try-case.ts';

/*
 * libvirt's test driver takes a whole host from an XML file, private to the connection that names it: every case gets
 * its own, in exactly the state it starts from.
 */
const uuid = '5e0f6a52-77d1-4c3c-9a34-1f5a7c2e0b01';
const runstate = { running: 1, paused: 3, off: 5, panicked: 6 } as const;
const disk = "<disk type='file' device='disk'><source file='/guest.img'/><target dev='vda'/></disk>";
const config = (memory: number) =>
  `<domain type='test'><name>guest</name><uuid>${uuid}</uuid><memory>${memory}</memory><os><type>hvm</type></os><devices>${disk}</devices></domain>`;

/** Snapshots by name: their state, and what else is in them. */
const snapshots: Readonly<Record<string, { state: string; inside?: string; config?: string }>> = {
  running: { state: 'running', inside: "<memory snapshot='internal'/>" },
  paused: { state: 'paused', inside: "<memory snapshot='internal'/>" },
  off: { state: 'shutoff' },
  crashed: { state: 'crashed' },
  suspended: { state: 'pmsuspended' },
  external: { state: 'running', inside: "<memory snapshot='external' file='/guest.mem'/>" },
  'disk-only': {
    state: 'disk-snapshot',
    inside: "<disks><disk name='vda' snapshot='external'><source file='/guest.1'/></disk></disks>",
  },
  bare: { state: 'shutoff', config: `<domain><uuid>${uuid}</uuid></domain>` },
};
const MEMORY = 8192;

export function testDriverCases(): MatrixCase[] {
  const asks: readonly Ask[] = ['as-saved', 'running', 'paused'];
  const states = ['running', 'paused', 'off'] as const;
  const cases: MatrixCase[] = [];
  const row = (more: Omit<MatrixCase, 'guest'>) => cases.push({ guest: 'test', ...more });
  for (const state of states)
    for (const target of Object.keys(snapshots)) for (const ask of asks) row({ state, target, ask });
  for (const state of ['running', 'paused'] as const)
    for (const target of ['running', 'off', 'disk-only'])
      for (const ask of asks) row({ state, target, ask, transient: true });
  for (const target of ['running', 'off', 'disk-only'])
    for (const ask of asks) row({ state: 'off', target, ask, managedSave: true });
  for (const state of states)
    for (const target of ['running', 'off'])
      for (const ask of ['as-saved', 'running'] as const) row({ state, target, ask, change: 'memory' });
  for (const state of states)
    for (const target of Object.keys(snapshots))
      for (const ask of ['both', 'reset-nvram'] as const) row({ state, target, ask });
  return cases;
}

export async function runOnTestDriver(lab: Lab, each: MatrixCase): Promise<Result> {
  const file = join(lab.dir, 'node.xml');
  await writeFile(file, nodeXml(each));
  const gate = new Gate(await openConnection(connect(lab.socket), `test://${file}`));
  try {
    const [domain] = await listDomains(gate);
    if (!domain) throw new Error('the test driver has no domain');
    return await tryCase(await placeOf(gate), domain.uuid, each);
  } finally {
    await closeConnection(gate.connection);
  }
}

function nodeXml({ state, transient, managedSave, change, target }: MatrixCase): string {
  const now = config(change === 'memory' ? MEMORY * 2 : MEMORY);
  const of = snapshots[target];
  const wanted = snapshotXml(target, of?.state ?? '', (of?.inside ?? '') + (of?.config ?? config(MEMORY)));
  const other = snapshotXml('other', 'shutoff', config(MEMORY), true);
  const marks = [
    `<test:runstate>${runstate[state]}</test:runstate>`,
    transient ? '<test:transient/>' : '',
    managedSave ? '<test:hasmanagedsave/>' : '',
  ].join('');
  const head = "<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>";
  return `<node>${head}${now.slice("<domain type='test'>".length, -'</domain>'.length)}${marks}${other}${wanted}</domain></node>`;
}

function snapshotXml(name: string, state: string, inside: string, current = false): string {
  return `<test:domainsnapshot><name>${name}</name><state>${state}</state><creationTime>1700000000</creationTime>${inside}<active>${current ? 1 : 0}</active></test:domainsnapshot>`;
}
