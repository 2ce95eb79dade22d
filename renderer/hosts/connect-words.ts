import type { ConnectStep, Host } from '../../shared/schema.ts';

/** What each step of connecting does, `at` a machine. */
export const stepWords: Readonly<Record<ConnectStep | 'queued', (at: string) => string>> = {
  queued: () => 'Waiting',
  configure: () => 'Reading the SSH configuration',
  resolve: (at) => `Looking up ${at}`,
  connect: (at) => `Connecting to ${at}`,
  'host-key': (at) => `Checking the key of ${at}`,
  authenticate: (at) => `Logging in to ${at}`,
  socket: () => 'Opening libvirt’s socket',
  open: () => 'Opening libvirt',
  read: () => 'Reading the domains',
};

/** What a host that is connected to waits for, as a line; null for others. */
export function connectingNow({ connection }: Pick<Host, 'connection'>): string | null {
  if (connection.status !== 'connecting') return null;
  return connection.asks ? 'Waiting for your answer' : `${stepWords[connection.step](connection.at)}…`;
}
