import type { WireError } from '../libvirt/procedures.ts';
import type { ProcedureName } from './handlers/handler.ts';

/** An error that a test wants to see; `level` 2 and no message unless it says so. */
export type FaultError = Pick<WireError, 'code' | 'domain'> & Partial<Pick<WireError, 'message' | 'level'>>;

/** What is to go wrong, as the connections read it. */
export interface FaultState {
  readonly delays: Map<ProcedureName, number>;
  readonly failures: Map<ProcedureName, FaultError[]>;
  /** Connections drop when the call arrives, or when it is done but not answered. */
  readonly drops: Map<ProcedureName, 'before' | 'after'>;
  keepaliveMuted: boolean;
  frozen: boolean;
  streamFirst: boolean;
  polkit: 'granted' | 'refused' | null;
  dialError: Error | null;
  readonly calls: ProcedureName[];
}

export function noFaults(): FaultState {
  return {
    delays: new Map(),
    failures: new Map(),
    drops: new Map(),
    keepaliveMuted: false,
    frozen: false,
    streamFirst: false,
    polkit: null,
    dialError: null,
    calls: [],
  };
}

export interface Faults {
  /** Ends every connection at once, as a daemon that is restarted or a cable that is pulled. */
  dropConnections(): void;
  /** Writes bytes that are no protocol to every client. */
  sendGarbage(bytes?: Uint8Array): void;
  /** Answers a procedure so much later, milliseconds; 0 ends it. Other calls overtake. */
  delay(procedure: ProcedureName, ms: number): void;
  /** Answers the next call of a procedure with this error, and does not do it. May be queued. */
  failNext(procedure: ProcedureName, error: FaultError): void;
  /** Ends every connection at the next call of a procedure: before doing it, or after doing it without an answer. */
  dropOnNext(procedure: ProcedureName, when: 'before' | 'after'): void;
  /** Neither asks for signs of life nor gives them. */
  muteKeepalive(muted?: boolean): void;
  /** Answers nothing and tells nothing, while the connections stay open; what was asked is answered afterwards. */
  freeze(frozen?: boolean): void;
  /** Sends stream data before the answer, as libvirt 11.3 may. */
  streamFirst(first?: boolean): void;
  /** Asks new connections for polkit instead of nothing. */
  polkit(answer: 'granted' | 'refused' | null): void;
  /** Makes dialling fail; null ends it. */
  refuseDials(error: Error | null): void;
  /** Tells every client that asked that the hypervisor's connection has gone (virConnectCloseReason). */
  closeBackend(reason: number): void;
  /** The names of the last thousand calls, oldest first. */
  readonly calls: readonly ProcedureName[];
}

interface FaultyConnection {
  drop(): void;
  pump(): void;
  write(bytes: Uint8Array): void;
  tellClosed(reason: number): void;
}

/** The switches for a fault state; `connections` are those that are open at the moment. */
export function createFaults(state: FaultState, connections: () => Iterable<FaultyConnection>): Faults {
  const each = (act: (connection: FaultyConnection) => void) => {
    for (const connection of [...connections()]) act(connection);
  };
  return {
    dropConnections: () => each((connection) => connection.drop()),
    sendGarbage: (bytes = Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')) =>
      each((connection) => connection.write(bytes)),
    delay: (procedure, ms) => void (ms > 0 ? state.delays.set(procedure, ms) : state.delays.delete(procedure)),
    failNext: (procedure, error) =>
      void state.failures.set(procedure, [...(state.failures.get(procedure) ?? []), error]),
    dropOnNext: (procedure, when) => void state.drops.set(procedure, when),
    muteKeepalive(muted = true) {
      state.keepaliveMuted = muted;
    },
    freeze(frozen = true) {
      state.frozen = frozen;
      each((connection) => connection.pump());
    },
    streamFirst(first = true) {
      state.streamFirst = first;
    },
    polkit(answer) {
      state.polkit = answer;
    },
    refuseDials(error) {
      state.dialError = error;
    },
    closeBackend: (reason) => each((connection) => connection.tellClosed(reason)),
    calls: state.calls,
  };
}
