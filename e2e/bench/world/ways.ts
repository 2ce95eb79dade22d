import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sshdAvailable } from '../../lab/available.ts';
import type { Lab } from '../../lab/lab.ts';
import { startSshd } from '../../lab/sshd.ts';
import { startChild } from '../child.ts';
import { LeftOut } from '../section.ts';

/** How a libvirtd is reached. */
export interface Way {
  /** As the end of a sentence. */
  readonly name: string;
  /** The URI that Snapkeel is given. */
  readonly ours: string;
  /** The one that libvirt's own clients are given, which goes the same way. */
  readonly theirs: string;
}
export type WayName = keyof typeof openers;

/** Milliseconds each way. */
const DELAY_MS = 10;

/** The ways to a driver of a lab's libvirtd, each made when it is first asked for. */
export class Ways {
  readonly #ways = new Map<WayName, Promise<Way>>();
  readonly #stops: (() => Promise<void> | void)[] = [];

  constructor(private readonly lab: Lab) {}

  /** @throws LeftOut */
  get(name: WayName): Promise<Way> {
    const way = this.#ways.get(name) ?? openers[name](this.lab, (stop) => this.#stops.push(stop));
    this.#ways.set(name, way);
    return way;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) await stop();
  }
}

type Opener = (lab: Lab, onStop: (stop: () => Promise<void> | void) => void) => Promise<Way>;

const openers = {
  async local({ testUri }) {
    return { name: 'locally', ours: testUri, theirs: testUri };
  },

  async ssh(lab, onStop) {
    const available = sshdAvailable();
    if (!available.ok) throw new LeftOut(available.reason);
    const sshd = await startSshd(lab);
    onStop(() => sshd.stop());
    const uri = new URL(sshd.uri);
    const ours = `test+ssh://${uri.username}@${uri.host}/default?keyfile=${sshd.keyFile}`;
    // libvirt's client starts ssh, which would remember the server among those of the person.
    const command = join(lab.dir, 'ssh-of-bench');
    await writeFile(command, '#!/bin/sh\nexec ssh -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$@"\n');
    await chmod(command, 0o755);
    return { name: 'over SSH', ours, theirs: `${ours}&no_verify=1&no_tty=1&command=${command}` };
  },

  async far(lab, onStop) {
    const socket = join(lab.dir, 'far.sock');
    const proxy = startChild('./world/delay-proxy.ts', [socket, lab.socket, `${DELAY_MS}`]);
    onStop(() => proxy.stop());
    await proxy.line();
    const uri = `test+unix:///default?socket=${socket}`;
    return { name: `at ${2 * DELAY_MS} ms`, ours: uri, theirs: uri };
  },
} satisfies Record<string, Opener>;
