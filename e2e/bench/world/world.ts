import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { RpcConnection } from '../../../electron/libvirt/connection.ts';
import { closeConnection, openConnection } from '../../../electron/libvirt/open.ts';
import { labAvailable } from '../../lab/available.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { LeftOut } from '../section.ts';
import { type Planned, populate } from './populate.ts';
import { Ways } from './ways.ts';

/** What all connections to libvirt's test driver share as long as one of them is open. */
const DRIVER = 'test:///default';

/** The libvirtd that everybody is measured on, with domains that are made when they are first asked for. */
export class World {
  readonly ways: Ways;
  readonly #made = new Map<string, Promise<Planned[]>>();

  private constructor(
    readonly lab: Lab,
    /** Keeps the domains, and changes them as somebody else would. */
    readonly hands: RpcConnection,
    private readonly say: (line: string) => void,
  ) {
    this.ways = new Ways(lab);
  }

  /** @throws LeftOut where this machine has no libvirt that could be started */
  static async start(say: (line: string) => void): Promise<World> {
    const available = labAvailable();
    if (!available.ok) throw new LeftOut(available.reason);
    const lab = await startLab();
    return new World(lab, await openConnection(connect(lab.socket), DRIVER), say);
  }

  /** 200 domains with 25 snapshots each. */
  many(): Promise<Planned[]> {
    return this.#make('200 domains with 25 snapshots each', () =>
      Array.from({ length: 200 }, (_, at) => ({ name: `guest-${at}`, uuid: uuidOf(at), snapshots: 25 })),
    );
  }

  /** A domain with this many snapshots. */
  async deep(snapshots: number): Promise<Planned> {
    const plan = () => [{ name: `deep-${snapshots}`, uuid: uuidOf(1_000_000 + snapshots), snapshots }];
    const [domain] = await this.#make(`a domain with ${snapshots.toLocaleString('en')} snapshots`, plan);
    return domain as Planned;
  }

  /** @returns the URI of a world with this many domains and no snapshots, which each connection has for itself */
  async crowd(domains: number): Promise<string> {
    const file = join(this.lab.dir, `crowd-${domains}.xml`);
    await writeFile(file, crowdXml(domains));
    return `test+unix:///${file}?socket=${this.lab.socket}`;
  }

  async stop(): Promise<void> {
    await this.ways.stop();
    await closeConnection(this.hands);
    await this.lab.stop();
  }

  #make(what: string, plan: () => Planned[]): Promise<Planned[]> {
    const made = this.#made.get(what) ?? this.#populate(what, plan());
    this.#made.set(what, made);
    return made;
  }

  async #populate(what: string, domains: Planned[]): Promise<Planned[]> {
    const began = performance.now();
    await populate(this.lab.socket, DRIVER, domains);
    this.say(`made ${what} in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    return domains;
  }
}

/** A world as libvirt's test driver reads it from a file. */
function crowdXml(domains: number): string {
  const each = Array.from(
    { length: domains },
    (_, at) =>
      `<domain type='test'><name>guest-${at}</name><uuid>${uuidOf(at)}</uuid><memory>8192</memory><os><type>hvm</type></os></domain>`,
  );
  return `<node>${each.join('')}</node>`;
}

function uuidOf(number: number): string {
  return `5ca1ab1e-0000-4000-8000-${`${number}`.padStart(12, '0')}`;
}
