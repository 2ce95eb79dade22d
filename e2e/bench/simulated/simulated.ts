import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Domain } from '../../../shared/schema.ts';
import { startChild } from '../child.ts';

/** How a domain is. */
export type Truth = Pick<Domain, 'uuid' | 'name' | 'state' | 'id' | 'snapshotCount' | 'managedSave'>;

/** Changes, so many a second for so long; or how all domains are now. */
export type Ask =
  | { readonly ask: 'churn'; readonly perSecond: number; readonly seconds: number }
  | { readonly ask: 'truth' };
/** How many changes there were; or a host’s domains for each host. */
export interface Told {
  readonly events?: number;
  readonly truth?: readonly (readonly Truth[])[];
}

export interface SimulatedSize {
  readonly hosts: number;
  /** Of each host. */
  readonly domains: number;
  /** Of each domain. */
  readonly snapshots: number;
}

/** Simulated libvirtds in a process of their own. */
export interface Simulated {
  readonly folder: string;
  /** A URI a host. */
  readonly uris: readonly string[];
  /** Changes domains at random; resolves at the end with how many changes there were. */
  churn(perSecond: number, seconds: number): Promise<number>;
  /** How the domains of each host are now. */
  truth(): Promise<readonly (readonly Truth[])[]>;
  stop(): Promise<void>;
}

export async function startSimulated({ hosts, domains, snapshots }: SimulatedSize): Promise<Simulated> {
  const folder = await mkdtemp(join(tmpdir(), 'skb-'));
  const child = startChild('./simulated/hosts.ts', [folder, `${hosts}`, `${domains}`, `${snapshots}`]);
  const stop = async () => {
    child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await child.line();
  } catch (error) {
    await stop();
    throw error;
  }
  const tell = async (ask: Ask): Promise<Told> => {
    const answered = once(child.process, 'message');
    child.process.send(ask);
    return (await answered)[0] as Told;
  };
  return {
    folder,
    uris: Array.from({ length: hosts }, (_, at) => `qemu+unix:///system?socket=${join(folder, `host-${at}.sock`)}`),
    churn: async (perSecond, seconds) => (await tell({ ask: 'churn', perSecond, seconds })).events ?? 0,
    truth: async () => (await tell({ ask: 'truth' })).truth ?? [],
    stop,
  };
}
