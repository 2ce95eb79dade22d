import type { ConnectStep, HostStatus, Problem } from '../../shared/schema.ts';

/** What happens to the connection of a host. */
export type HostEvent =
  | { readonly type: 'begin'; readonly now: number }
  | { readonly type: 'step'; readonly step: ConnectStep; readonly at: string }
  | { readonly type: 'asks'; readonly asks: boolean }
  | {
      readonly type: 'ready';
      readonly facts: Omit<Extract<HostStatus, { status: 'connected' }>, 'status' | 'silentSince'>;
    }
  | { readonly type: 'silent'; readonly since: number }
  | { readonly type: 'answers' }
  | { readonly type: 'lost'; readonly problem: Problem; readonly retryAt: number }
  | { readonly type: 'refused'; readonly problem: Problem }
  | { readonly type: 'disconnect' };

type Handler<S extends HostStatus['status'], E extends HostEvent['type']> = (
  status: Extract<HostStatus, { status: S }>,
  event: Of<E>,
) => HostStatus;
type Table = { readonly [S in HostStatus['status']]: { readonly [E in HostEvent['type']]?: Handler<S, E> } };

type Of<E extends HostEvent['type']> = Extract<HostEvent, { type: E }>;

const begin = (_: unknown, { now }: Of<'begin'>): HostStatus => ({
  ...{ status: 'connecting', since: now },
  ...{ step: 'queued', at: '', asks: false },
});
const disconnect = (): HostStatus => ({ status: 'disconnected' });
const lost = (_: unknown, { problem, retryAt }: Of<'lost'>): HostStatus => ({ status: 'retrying', problem, retryAt });
const refused = (_: unknown, { problem }: Of<'refused'>): HostStatus => ({ status: 'refused', problem });

/**
 * From each state, what leads where. `disconnected` is idle; `connected` is ready, and degraded while libvirt leaves
 * something unanswered; `retrying` waits to try again by itself; `refused` waits for the person.
 */
export const hostStates: Table = {
  disconnected: { begin, disconnect },
  connecting: {
    begin,
    step: (status, { step, at }) => (step === status.step && at === status.at ? status : { ...status, step, at }),
    asks: (status, { asks }) => ({ ...status, asks }),
    ready: (_, { facts }) => ({ status: 'connected', ...facts }),
    lost,
    refused,
    disconnect,
  },
  connected: {
    begin,
    silent: (status, { since }) => ({ ...status, silentSince: since }),
    answers: ({ silentSince: _, ...status }) => status,
    lost,
    refused,
    disconnect,
  },
  retrying: { begin, disconnect },
  refused: { begin, disconnect },
};

/** The state after an event; the very same where it means nothing there, as a step of an attempt that is over. */
export function nextStatus(status: HostStatus, event: HostEvent): HostStatus {
  const handler = hostStates[status.status][event.type] as
    | ((status: HostStatus, event: HostEvent) => HostStatus)
    | undefined;
  return handler?.(status, event) ?? status;
}
