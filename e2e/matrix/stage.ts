import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Gate } from '../../electron/hosts/gate.ts';
import { readDomain } from '../../electron/libvirt/domains.ts';
import { closeConnection, openConnection } from '../../electron/libvirt/open.ts';
import { isRoot } from '../lab/available.ts';
import { createDisk } from '../lab/disk.ts';
import type { Guest, Lab } from '../lab/lab.ts';
import { sleep } from '../lab/run.ts';
import { guests } from './guests.ts';
import type { Change, MatrixCase, Result } from './kinds.ts';
import { placeOf } from './place.ts';
import { type Place, tryCase } from './try-case.ts';

const MEMORY_KIB = { plain: 16 * 1024, changed: 24 * 1024 } as const;
/** libvirt names an overlay by the second: two in the same one collide. */
const SECOND_MS = 1_050;

interface Actor {
  readonly guest: Guest;
  readonly uuid: string;
  /** The CPU as it was defined. */
  readonly cpu: string;
  revertedAt: number;
}

/** The guests of one lab, and how to bring one into the state that a case starts from. */
export class Stage {
  #actors = new Map<string, Actor>();
  #gate: Gate | undefined;
  #place: Place | undefined;

  constructor(readonly lab: Lab) {}

  /** Makes one of the guests. */
  async make(name: string): Promise<void> {
    const guest = await guests[name]?.(this, name);
    if (!guest) throw new Error(`no guest ${name}`);
    const [uuid, xml] = await Promise.all([
      this.lab.virsh('domuuid', guest.name),
      this.lab.virsh('dumpxml', '--inactive', guest.name),
    ]);
    this.#actors.set(guest.name, { guest, uuid, cpu: cpuOf(xml), revertedAt: 0 });
  }

  async run(each: MatrixCase): Promise<Result> {
    const actor = this.#actor(each.guest);
    await this.#bring(actor, each);
    const place = await this.#connected();
    try {
      return await tryCase(place, actor.uuid, each);
    } finally {
      actor.revertedAt = Date.now();
    }
  }

  /** Stops a guest that is not needed any more. */
  async leave(name: string): Promise<void> {
    if (!this.#actors.has(name)) return;
    if ((await this.lab.virsh('list', '--name')).split('\n').includes(name)) await this.lab.virsh('destroy', name);
  }

  async restartDaemon(): Promise<void> {
    await this.close();
    await this.lab.restartDaemon();
  }

  async close(): Promise<void> {
    const gate = this.#gate;
    this.#gate = undefined;
    this.#place = undefined;
    if (gate) await closeConnection(gate.connection);
  }

  async #bring(actor: Actor, { state, transient, managedSave, change }: MatrixCase): Promise<void> {
    const { guest, uuid } = actor;
    const virsh = (command: string, ...args: string[]) => this.lab.virsh(command, guest.name, ...args);
    const look = async () => {
      const { reads } = await this.#connected();
      const domain = await readDomain(reads, uuid);
      if (!domain) throw new Error(`${guest.name} is gone`);
      return domain;
    };
    const pause = actor.revertedAt + SECOND_MS - Date.now();
    if (pause > 0 && actor.guest.name.startsWith('ext')) await sleep(pause);

    let domain = await look();
    if (domain.managedSave) await virsh('managedsave-remove');
    if (!domain.persistent) await this.define(guest, await this.lab.virsh('dumpxml', '--inactive', guest.name));
    const inactive = await virsh('dumpxml', '--inactive');
    const differs = configOf(inactive) !== wantedConfig(change);
    const liveDiffers = domain.id !== null && configOf(await virsh('dumpxml')) !== wantedConfig(change);
    if (domain.id !== null && (differs || liveDiffers)) await virsh('destroy');
    if (differs) await this.define(guest, await edit(inactive, actor, change));

    domain = await look();
    if (managedSave) {
      if (domain.id === null) await virsh('start');
      await virsh('managedsave');
      // A live snapshot is reverted to with the image in place; there is no other way to have both.
      if (state !== 'off') await virsh('snapshot-revert', state === 'running' ? 'run' : 'pau');
      return;
    }
    if (state === 'off' && domain.id !== null) await virsh('destroy');
    if (state !== 'off' && domain.id === null) await virsh('start', ...(state === 'paused' ? ['--paused'] : []));
    if (state === 'paused' && domain.state === 'running') await virsh('suspend');
    if (state === 'running' && domain.state === 'paused') await virsh('resume');
    if (transient) await virsh('undefine');
  }

  async define(guest: Guest, xml: string): Promise<void> {
    const file = join(guest.folder, 'redefine.xml');
    await writeFile(file, xml);
    await this.lab.virsh('define', file);
  }

  async #connected(): Promise<Place> {
    const driver = `qemu:///${isRoot() ? 'system' : 'session'}`;
    this.#gate ??= new Gate(await openConnection(connect(this.lab.socket), driver));
    this.#place ??= await placeOf(this.#gate);
    return this.#place;
  }

  #actor(name: string): Actor {
    const actor = this.#actors.get(name);
    if (!actor) throw new Error(`no guest ${name}`);
    return actor;
  }
}

const cpuPattern = /\n\s*<cpu [\s\S]*?<\/cpu>|\n\s*<cpu [^>]*\/>/;
const secondDisk = /\n\s*<disk (?:(?!<\/disk>)[\s\S])*?<target dev='hdb'[\s\S]*?<\/disk>/;
const kvm64 = "\n  <cpu mode='custom' match='exact' check='none'><model fallback='allow'>kvm64</model></cpu>";

function cpuOf(xml: string): string {
  return cpuPattern.exec(xml)?.[0] ?? '';
}

/** Which of the changes a configuration has. */
function configOf(xml: string): string {
  const memory = /<memory[^>]*>(\d+)/.exec(xml)?.[1] === `${MEMORY_KIB.changed}`;
  return [memory && 'memory', xml.includes("-second.qcow2'") && 'disk', />kvm64</.test(xml) && 'cpu']
    .filter(Boolean)
    .join(' ');
}

function wantedConfig(change: Change | undefined): string {
  return change ?? '';
}

async function edit(xml: string, { guest, cpu }: Actor, change: Change | undefined): Promise<string> {
  const memory = change === 'memory' ? MEMORY_KIB.changed : MEMORY_KIB.plain;
  const plain = xml
    .replace(/(<(?:memory|currentMemory)[^>]*>)\d+/g, `$1${memory}`)
    .replace(secondDisk, (disk) => (disk.includes('-second.qcow2') ? '' : disk))
    .replace(cpuPattern, '')
    .replace('</vcpu>', `</vcpu>${change === 'cpu' ? kvm64 : cpu}`);
  if (change !== 'disk') return plain;
  const file = join(guest.folder, 'hdb-second.qcow2');
  await createDisk(file, 8);
  return plain.replace(
    '</devices>',
    `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${file}'/><target dev='hdb' bus='ide'/></disk></devices>`,
  );
}
