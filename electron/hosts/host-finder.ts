import { type LibvirtUri, parseLibvirtUri, placeLabel } from '../../shared/libvirt-uri.ts';
import type { Host, HostSource, HostTestEvent } from '../../shared/schema.ts';
import type { Transport, TransportContext } from '../transport/transport.ts';
import { toProblem } from './problems.ts';
import { resolveAlias } from './sources/libvirt-aliases.ts';
import type { Surroundings } from './sources/source.ts';
import { hostSources } from './sources/sources.ts';
import { testConnection } from './test-connection.ts';

type SshClient = NonNullable<TransportContext['sshClient']>;

export interface HostFinderOptions {
  /** Looked up anew each time. */
  readonly surroundings: () => Surroundings;
  readonly hosts: () => readonly Host[];
  /** As for a host of the list; questions are of `testedHostId`. */
  readonly openTransport: (uri: LibvirtUri, more: Pick<TransportContext, 'onStep' | 'sshClient'>) => Transport;
  readonly log: (line: string) => void;
}

/** What is to be known of a host before it is in the list. */
export class HostFinder {
  constructor(private readonly options: HostFinderOptions) {}

  /** Every host that this computer knows of, by where it is known. */
  sources(signal: AbortSignal): Promise<HostSource[]> {
    const listed = this.options.hosts().filter(({ kind }) => kind !== 'simulated');
    return hostSources(
      this.options.surroundings(),
      listed.map(({ uri }) => uri),
      signal,
    );
  }

  /** The URI of an alias, or the text itself. @throws LibvirtUriError where it is neither */
  resolve(text: string): Promise<string> {
    return resolveAlias(text, this.options.surroundings());
  }

  /** Tells how connecting goes, step by step; nothing stays open. Errors are told, and not thrown. */
  async *test(text: string, sshClient: SshClient | undefined, signal: AbortSignal): AsyncGenerator<HostTestEvent> {
    const { openTransport, log } = this.options;
    let uri: LibvirtUri;
    let resolved: string;
    try {
      resolved = await this.resolve(text);
      uri = parseLibvirtUri(resolved);
    } catch (error) {
      yield { type: 'refused', step: null, problem: toProblem(error, text) };
      return;
    }
    const open = (onStep: NonNullable<TransportContext['onStep']>) =>
      openTransport(uri, { onStep, ...(sshClient ? { sshClient } : {}) });
    yield* testConnection({ text: resolved, uri, name: placeLabel(uri), openTransport: open, log }, signal);
  }
}
