import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Gate } from '../../electron/hosts/gate.ts';
import { domainXml, readDomain, removeManagedSave } from '../../electron/libvirt/domains.ts';
import { closeConnection, openConnection } from '../../electron/libvirt/open.ts';
import { changePower } from '../../electron/libvirt/power.ts';
import { startFlag } from '../../shared/libvirt/flags.ts';
import type { PowerAction } from '../../shared/operations/words.ts';
import { isRoot } from '../lab/available.ts';
import { createDisk } from '../lab/disk.ts';
import type { Guest, Lab } from '../lab/lab.ts';
import { retry, sleep } from '../lab/run.ts';
import { Bytes } from './bytes.ts';
import type { Change, MatrixCase, Result } from './kinds.ts';
import { placeOf } from './place.ts';
import { scenes } from './scenes/index.ts';
import type { Scene } from './scenes/scene.ts';
import { type Place, tryCase } from './try-case.ts';
import { watchCase } from './watch.ts';

const MEMORY_KIB = { plain: 16 * 1024, changed: 24 * 1024 } as const;
/** libvirt names an overlay by the second: two in the same one collide. */
const SECOND_MS = 1_050;
const PANIC_MS = 30_000;

interface Actor {
  readonly scene: Scene;
  readonly guest: Guest;
  readonly bytes: Bytes;
  readonly uuid: string;
  /** The CPU as it was defined. */
  readonly cpu: string;
  revertedAt: number;
  /** Of a domain that was made transient. */
  kept: Kept | null;
}

interface Kept {
  readonly config: string;
  /** The metadata, parents first. */
  readonly snapshots: readonly string[];
  /** The index of the current one; -1 for none. */
  readonly current: number;
}

/** The guests of one lab, and how to bring one into the state that a case starts from. */
export class Stage {
  #actors = new Map<string, Actor>();
  #bytes = new Map<string, Bytes>();
  #uuids = new Map<string, string>();
  #gate: Gate | undefined;
  #place: Promise<Place> | undefined;

  constructor(readonly lab: Lab) {}

  /** From now on it is known what the disks of a guest hold. */
  watch(guest: Guest): void {
    this.#bytes.set(guest.name, new Bytes(this.lab, guest, () => this.xml(guest)));
  }

  bytes({ name }: Pick<Guest, 'name'>): Bytes {
    const bytes = this.#bytes.get(name);
    if (!bytes) throw new Error(`nobody watches ${name}`);
    return bytes;
  }

  /** What is in force, or what is defined. */
  async xml({ name }: Pick<Guest, 'name'>, inactive = false): Promise<string> {
    const known = this.#uuids.get(name) ?? (await this.lab.virsh('domuuid', name));
    this.#uuids.set(name, known);
    return await domainXml((await this.#connected()).reads, known, inactive);
  }

  /** Makes one of the guests. */
  async make(name: string): Promise<void> {
    const scene = scenes[name];
    if (!scene) throw new Error(`no guest ${name}`);
    const guest = await scene.make(this, name);
    const [uuid, xml] = await Promise.all([
      this.lab.virsh('domuuid', guest.name),
      this.lab.virsh('dumpxml', '--inactive', guest.name),
    ]);
    this.#actors.set(guest.name, {
      scene,
      guest,
      bytes: this.bytes(guest),
      uuid,
      cpu: cpuOf(xml),
      revertedAt: Date.now(),
      kept: null,
    });
  }

  async run(each: MatrixCase): Promise<Result> {
    const actor = this.#actor(each.guest);
    await this.#bring(actor, each);
    const place = await this.#connected();
    const { guest, bytes, scene } = actor;
    const watched = await watchCase({ lab: this.lab, guest, bytes, starts: scene.starts === true });
    try {
      const result = await tryCase(place, actor.uuid, each);
      return { ...result, disagreements: [...result.disagreements, ...(await watched(result))] };
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

  async #bring(actor: Actor, each: MatrixCase): Promise<void> {
    const { state, transient, managedSave, change } = each;
    const { guest, uuid } = actor;
    const virsh = (command: string, ...args: string[]) => this.lab.virsh(command, guest.name, ...args);
    const { reads, writes } = await this.#connected();
    const power = (action: PowerAction, flags = 0) => changePower(writes, uuid, action, flags);
    const look = async () => {
      const domain = await readDomain(reads, uuid);
      if (!domain) throw new Error(`${guest.name} is gone`);
      return domain;
    };
    const pause = actor.revertedAt + SECOND_MS - Date.now();
    if (pause > 0 && actor.bytes.held.some(({ kind }) => kind !== 'internal')) await sleep(pause);

    await actor.scene.prepare?.(guest);
    if (actor.kept && (await readDomain(reads, uuid)) === null) await this.#restore(actor.guest, actor.kept);
    let domain = await look();
    if (domain.managedSave) await removeManagedSave(writes, uuid);
    const inactive = await this.xml(guest, true);
    if (!domain.persistent) await this.define(guest, inactive);
    const changed = configOf(inactive) === wantedConfig(change) ? inactive : await edit(inactive, actor, change);
    const configured = actor.scene.configure?.(changed, guest) ?? changed;
    const liveDiffers = domain.id !== null && configOf(await this.xml(guest)) !== wantedConfig(change);
    if (domain.id !== null && (configured !== inactive || liveDiffers)) await power('destroy');
    if (configured !== inactive) await this.define(guest, configured);

    domain = await look();
    if (managedSave) {
      if (domain.id === null) await power('start');
      await virsh('managedsave');
      // A live snapshot is reverted to with the image in place; there is no other way to have both.
      if (state !== 'off') await virsh('snapshot-revert', state === 'running' ? 'run' : 'pau');
      return;
    }
    if ((state === 'off' || state === 'panicked') && domain.id !== null) await power('destroy');
    if (state === 'off' || domain.id === null) await actor.bytes.mark(false);
    if (state !== 'off' && (domain.id === null || state === 'panicked'))
      await power('start', state === 'paused' ? startFlag.paused : 0);
    if (state === 'paused' && domain.state === 'running') await power('suspend');
    if (state === 'running' && domain.state === 'paused') await power('resume');
    if (state !== 'off' && domain.id !== null) await actor.bytes.mark(true);
    if (state === 'panicked')
      await retry(async () => {
        if ((await look()).state !== 'crashed') throw new Error(`${guest.name} does not panic`);
      }, PANIC_MS);
    await actor.scene.arrange?.(this, guest, each);
    actor.kept = transient ? await this.#keep(guest) : null;
    if (transient) await virsh('undefine');
  }

  /** What is lost with a transient domain that does not start again. */
  async #keep(guest: Guest): Promise<Kept> {
    const virsh = (command: string, ...args: string[]) => this.lab.virsh(command, guest.name, ...args);
    const names = (await virsh('snapshot-list', '--topological', '--name')).split('\n').filter(Boolean);
    const snapshots = await Promise.all(names.map((each) => virsh('snapshot-dumpxml', each, '--security-info')));
    const current = await virsh('snapshot-current', '--name').catch(() => null);
    return { config: await this.xml(guest, true), snapshots, current: names.indexOf(current ?? '') };
  }

  async #restore(guest: Guest, { config, snapshots, current }: Kept): Promise<void> {
    await this.define(guest, config);
    for (const [index, xml] of snapshots.entries()) {
      const file = join(guest.folder, 'redefined.xml');
      await writeFile(file, xml);
      const more = [index === current && '--current', xml.includes('<state>disk-snapshot</state>') && '--disk-only'];
      await this.lab.virsh('snapshot-create', guest.name, file, '--redefine', ...more.filter((each) => each !== false));
    }
  }

  async define(guest: Guest, xml: string): Promise<void> {
    const file = join(guest.folder, 'redefine.xml');
    await writeFile(file, xml);
    await this.lab.virsh('define', file);
  }

  #connected(): Promise<Place> {
    this.#place ??= this.#connect();
    return this.#place;
  }

  async #connect(): Promise<Place> {
    const driver = `qemu:///${isRoot() ? 'system' : 'session'}`;
    this.#gate = new Gate(await openConnection(connect(this.lab.socket), driver));
    return await placeOf(this.#gate);
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
