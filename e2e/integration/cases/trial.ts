import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExpectStatic } from 'vitest';
import { healthOf } from '../../../electron/inspect/health/report.ts';
import { createSnapshot, deleteSnapshot, revertToSnapshot } from '../../../electron/libvirt/snapshots.ts';
import type { Engine } from '../../../electron/operations/engine/engine.ts';
import { undoOffer } from '../../../electron/operations/revert/undo.ts';
import { engineOn, takesOn } from '../../../electron/testing.ts';
import { createFlag, deleteFlag, revertFlag } from '../../../shared/libvirt/flags.ts';
import { assessCreate } from '../../../shared/operations/create/assess.ts';
import { firstDraft, withMode } from '../../../shared/operations/create/draft.ts';
import { assessDelete } from '../../../shared/operations/delete/assess.ts';
import { revertType } from '../../../shared/operations/revert/type.ts';
import type {
  CreateDraft,
  CreateMode,
  DeleteMode,
  Outcome,
  RevertAim,
  RevertDetail,
  RevertPlan,
  StartState,
} from '../../../shared/schema.ts';
import { readDisk, writeDisk } from '../../lab/disk.ts';
import type { Guest, GuestOptions, Lab } from '../../lab/lab.ts';
import { run, sleep } from '../../lab/run.ts';
import type { Connected } from '../connected.ts';
import { planDelete } from '../deletion.ts';
import { code, refusal, type Said, said, texts } from './answers.ts';

export { createFlag, deleteFlag, revertFlag };

/** Where the bytes are that tell one state of a disk from another. */
const mark = { offset: 1 << 20, length: 16 } as const;
/** libvirt names an overlay by the second: two in the same one collide. */
const SECOND_MS = 1_050;

export interface ExternalOptions {
  /** Default: hda alone. */
  readonly disks?: readonly string[];
  readonly memory?: boolean;
  /** Written as `snapshot=no` or `manual`. */
  readonly others?: Readonly<Record<string, 'no' | 'manual'>>;
}

/**
 * One case on one libvirt: guests of its own, the product asked as the window asks it, and libvirt asked past the
 * product. Whatever the product says is compared by `expect`, softly, so that one run shows all that is wrong.
 */
export class Trial {
  readonly lab: Lab;
  readonly #guests: Guest[] = [];
  #made: Engine | undefined;

  constructor(
    readonly place: Connected,
    readonly expect: ExpectStatic,
    /** Of its guests. */
    readonly name: string,
  ) {
    this.lab = place.lab;
  }

  /** Such as 9 or 12. */
  get major(): number {
    return Number.parseInt(this.lab.version, 10);
  }

  /** From 9.9 on. */
  get revertsExternal(): boolean {
    return this.major > 9;
  }

  async guest(options: Partial<GuestOptions> = {}): Promise<Guest> {
    const guest = await this.lab.guest({ name: `${this.name}${this.#guests.length || ''}`, ...options });
    this.#guests.push(guest);
    return guest;
  }

  /** Stops what still runs. */
  async end(): Promise<void> {
    for (const guest of this.#guests) await guest.destroy().catch(() => {});
  }

  async uuid({ name }: Guest): Promise<string> {
    return await this.lab.virsh('domuuid', name);
  }

  async virsh(guest: Guest, command: string, ...args: string[]): Promise<string> {
    return await this.lab.virsh(command, guest.name, ...args);
  }

  /** Runs without waiting for its boot sector. */
  async start(guest: Guest, ...args: string[]): Promise<void> {
    await this.virsh(guest, 'start', ...args);
  }

  /** Changes what is defined. */
  async edit(guest: Guest, change: (xml: string) => string): Promise<void> {
    const xml = await this.virsh(guest, 'dumpxml', '--inactive', '--security-info');
    const changed = change(xml);
    if (changed === xml) throw new Error(`nothing was changed in ${guest.name}`);
    const file = join(guest.folder, 'edited.xml');
    await writeFile(file, changed);
    await this.lab.virsh('define', file);
  }

  /** Adds devices to what is defined. */
  async add(guest: Guest, ...devices: string[]): Promise<void> {
    await this.edit(guest, (xml) => xml.replace('</devices>', `${devices.join('')}</devices>`));
  }

  /** Writes a snapshot's metadata anew. */
  async redefine(guest: Guest, name: string, change: (xml: string) => string, ...more: string[]): Promise<void> {
    const xml = await this.virsh(guest, 'snapshot-dumpxml', name, '--security-info');
    const changed = change(xml);
    if (changed === xml && more.length === 0) throw new Error(`nothing was changed in ${name} of ${guest.name}`);
    const file = join(guest.folder, 'snapshot.xml');
    await writeFile(file, changed);
    await this.virsh(guest, 'snapshot-create', file, '--redefine', ...more);
  }

  /** Writes bytes to a disk as it is now, while the guest is off; a shorter text is filled up. */
  async put(guest: Guest, text: string, target = 'hda'): Promise<void> {
    await this.putIn(await guest.diskPath(target), text);
  }

  async putIn(path: string, text: string): Promise<void> {
    await writeDisk(path, mark.offset, Buffer.from(text.padEnd(mark.length)));
  }

  /** The bytes that the guest sees. */
  async got(guest: Guest, target = 'hda'): Promise<string> {
    return await this.gotIn(await guest.diskPath(target));
  }

  /** The bytes that are seen in an image, whatever guest it belongs to. */
  async gotIn(path: string): Promise<string> {
    return (await readDisk(path, mark.offset, mark.length)).toString().replace(/[\0 ]+$/, '');
  }

  /** The internal snapshots in an image, in its order. */
  async tags(path: string): Promise<{ id: string; name: string }[]> {
    const text = await run(['qemu-img', 'info', '-U', '--output=json', path]);
    return ((JSON.parse(text) as { snapshots?: { id: string; name: string }[] }).snapshots ?? []).map(
      ({ id, name }) => ({ id, name }),
    );
  }

  /** The file of an overlay of `external`. */
  overlay({ folder }: Guest, snapshot: string, target = 'hda'): string {
    return join(folder, `${target}.${snapshot}`);
  }

  memoryFile({ folder }: Guest, snapshot: string): string {
    return join(folder, `${snapshot}.mem`);
  }

  /** Takes an external snapshot by virsh, with files of known names. */
  async external(guest: Guest, name: string, options: ExternalOptions = {}): Promise<void> {
    const { disks = ['hda'], memory = false, others = {} } = options;
    const specs = [
      ...disks.map((target) => `${target},snapshot=external,file=${this.overlay(guest, name, target)}`),
      ...Object.entries(others).map(([target, how]) => `${target},snapshot=${how}`),
    ];
    const kind = memory ? ['--memspec', `file=${this.memoryFile(guest, name)},snapshot=external`] : ['--disk-only'];
    await guest.snapshot(name, ...specs.flatMap((spec) => ['--diskspec', spec]), ...kind);
  }

  /** A storage pool over the folder of a guest, through which the product can read its images. */
  async pool(guest: Guest): Promise<void> {
    await this.lab.virsh('pool-create-as', guest.name, 'dir', '--target', guest.folder);
  }

  /* ---- what the product says ---- */

  async plan(guest: Guest, aim: string | RevertAim): Promise<RevertPlan> {
    const { session } = this.place;
    const meant: RevertAim = typeof aim === 'string' ? { kind: 'named', name: aim } : aim;
    return await this.#engine().plan('revert', session.host.id, await this.uuid(guest), meant);
  }

  /** Of a revert. */
  async says(guest: Guest, aim: string | RevertAim, start: StartState = 'as-saved'): Promise<Said> {
    return said(await this.plan(guest, aim), start);
  }

  /** Of whether, and why not, a safety snapshot is offered before it, and a way back promised. */
  async saysOfSafety(guest: Guest, aim: string): Promise<{ available: boolean; text: string }> {
    const { safety } = await this.plan(guest, aim);
    return { available: safety.available, text: texts(safety.reasons, safety.notes, safety.doubts) };
  }

  /** Of a snapshot that would be taken. */
  async saysOfCreate(guest: Guest, mode: CreateMode, change: Partial<CreateDraft> = {}) {
    const { plan, draft } = await this.#draft(guest, mode, change);
    const { blockers, warnings, notes } = assessCreate(plan.facts, draft, plan.virsh);
    return {
      blocked: blockers.length > 0,
      blockers: texts(blockers),
      text: texts(blockers, warnings, notes),
    };
  }

  /** Of a deletion. */
  async saysOfDelete(guest: Guest, names: readonly string[], mode: DeleteMode = 'this') {
    const { plan } = await planDelete(this.place, await this.uuid(guest), names);
    const assessment = assessDelete(plan.facts, names, mode);
    const { blockers, warnings } = assessment;
    return { assessment, blocked: blockers.length > 0, text: texts(blockers, warnings) };
  }

  /** What is found to be wrong with a guest. */
  async saysOfHealth(guest: Guest): Promise<string> {
    const { session } = this.place;
    const { findings } = await healthOf(session, await this.uuid(guest), new AbortController().signal);
    return findings.map(({ what, means, remedy }) => `${what} ${means} ${remedy}`).join('\n');
  }

  async canUndo(guest: Guest): Promise<boolean> {
    const { session, services } = this.place;
    return (await undoOffer(session, await this.uuid(guest), services.marks)).available;
  }

  /** It is not called safe, and what it is about is named. */
  warned(what: string, { verdict, text }: Said, names: RegExp): void {
    this.expect.soft(verdict, `Snapkeel, ${what}: ${text}`).not.toBe('safe');
    this.expect.soft(text, `Snapkeel, ${what}`).toMatch(names);
  }

  /** It is foretold to fail, for a reason that names what is in the way. */
  blocked(what: string, { verdict, text }: Said, names: RegExp): void {
    this.expect.soft(verdict, `Snapkeel, ${what}: ${text}`).toBe('willFail');
    this.expect.soft(text, `Snapkeel, ${what}`).toMatch(names);
  }

  /** What the product does is as it has said. */
  done(what: string, outcome: Pick<Outcome, 'result' | 'differences' | 'problem'>): void {
    this.expect.soft(outcome, `Snapkeel, ${what}`).toMatchObject({ result: 'done', differences: [] });
  }

  /** @param found libvirt's own doing; a wrong expectation of it is a mistake in the case. */
  libvirt(what: string, found: unknown, expected: unknown): void {
    this.expect(found, `libvirt, ${what}`).toEqual(expected);
  }

  /* ---- what the product does ---- */

  /** Everything is consented to. A refusal before anything was done is an outcome too. */
  async revert(
    guest: Guest,
    aim: string | RevertAim,
    options: { readonly safety?: boolean; readonly start?: StartState } = {},
  ): Promise<{
    plan: RevertPlan;
    outcome: Pick<Outcome & Partial<RevertDetail>, 'result' | 'differences' | 'safety' | 'problem'>;
  }> {
    const { safety = false, start = 'as-saved' } = options;
    const plan = await this.plan(guest, aim);
    const choice = { startState: start, safetySnapshot: safety, removeManagedSave: false, resetNvram: false };
    const acknowledged = revertType.assess(plan, plan.facts, choice).consents.map(({ code }) => code);
    const running = this.#engine().run('revert', { planId: plan.planId, choice, acknowledged });
    const outcome = await running.then(({ detail, ...rest }) => ({ ...rest, ...detail }), refusal);
    return { plan, outcome };
  }

  takes() {
    return takesOn(this.#engine(), this.place.session.host.id);
  }

  /** The one mechanism, on this place. */
  #engine(): Engine {
    this.#made ??= engineOn(this.place, this.place.services);
    return this.#made;
  }

  async take(guest: Guest, mode: CreateMode, change: Partial<CreateDraft> = {}) {
    return await this.takes()
      .run(await this.#draft(guest, mode, change))
      .catch(refusal);
  }

  async remove(guest: Guest, names: readonly string[], mode: DeleteMode = 'this') {
    const { run } = await planDelete(this.place, await this.uuid(guest), names);
    return await run(mode).catch(refusal);
  }

  async #draft(guest: Guest, mode: CreateMode, change: Partial<CreateDraft>) {
    const plan = await this.takes().plan(await this.uuid(guest));
    return { plan, draft: { ...withMode(plan.facts, firstDraft(plan.facts, 'fresh'), mode), ...change } };
  }

  /* ---- what libvirt does: null, or the code of its error ---- */

  async libvirtReverts(guest: Guest, name: string, flags = 0): Promise<number | null> {
    return await code(revertToSnapshot(this.place.session.writes, await this.uuid(guest), name, flags));
  }

  /** As virsh does: once more when the overlays would be namesakes. */
  async libvirtRevertsAgain(guest: Guest, name: string, flags = 0): Promise<number | null> {
    await sleep(SECOND_MS);
    return await this.libvirtReverts(guest, name, flags);
  }

  async libvirtDeletes(guest: Guest, name: string, flags = 0): Promise<number | null> {
    return await code(deleteSnapshot(this.place.session.writes, await this.uuid(guest), name, flags));
  }

  async libvirtTakes(guest: Guest, inside: string, flags = 0): Promise<number | null> {
    const xml = `<domainsnapshot>${inside}</domainsnapshot>`;
    return await code(createSnapshot(this.place.session.writes, await this.uuid(guest), xml, flags));
  }

  async libvirtStarts(guest: Guest): Promise<boolean> {
    return await this.start(guest).then(
      () => true,
      () => false,
    );
  }
}
