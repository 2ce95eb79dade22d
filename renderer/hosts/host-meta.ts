import { formatDateTime, formatDuration, formatVersion } from '../../shared/format.ts';
import type { Host } from '../../shared/schema.ts';

/** The few words beside the name of a host that is not simply connected, as `retry in 12 s`; null where it is. */
export function hostMeta({ kind, connection }: Host, now: number): string | null {
  switch (connection.status) {
    case 'connected':
      if (connection.silentSince !== undefined)
        return `no answer for ${formatDuration(Math.max(0, now - connection.silentSince))}`;
      return kind === 'tcp' ? 'not encrypted' : null;
    case 'connecting':
      return connection.asks ? 'waits for you' : 'connecting…';
    case 'retrying':
      return connection.retryAt > now ? `retry in ${formatDuration(connection.retryAt - now + 999)}` : 'retrying…';
    case 'refused':
      return 'refused';
    case 'disconnected':
      return 'disconnected';
  }
}

/** How a connected host is reached, in the little room beside its name: `libvirt 11.3`, `ssh · 9 ms`; null for nothing to say. */
export function hostReach({ kind, connection }: Host): string | null {
  if (connection.status !== 'connected' || kind === 'simulated') return null;
  if (kind !== 'local') return `${kind} · ${formatRoundTrip(connection.roundTripMs)}`;
  const [major, minor] = formatVersion(connection.libvirtVersion).split('.');
  return `libvirt ${major}.${minor}`;
}

/** Whether something is wrong that the person did not ask for. */
export function isInTrouble({ connection }: Host): boolean {
  const { status } = connection;
  return (
    status === 'retrying' || status === 'refused' || (status === 'connected' && connection.silentSince !== undefined)
  );
}

/** All that is known of a connection, a line each: for a tooltip and the host's own page. */
export function hostFacts({ uri, connection }: Host): { label: string; value: string }[] {
  const facts = [{ label: 'Connection', value: uri }];
  if (connection.status !== 'connected') return facts;
  const { silentSince } = connection;
  return [
    ...facts,
    ...(silentSince === undefined
      ? []
      : [
          {
            label: 'Unanswered',
            value: `libvirt has left a question without an answer since ${formatDateTime(silentSince)}`,
          },
        ]),
    ...(connection.connectedAt === undefined
      ? []
      : [{ label: 'Connected', value: `since ${formatDateTime(connection.connectedAt)}` }]),
    { label: 'Reached by', value: `${connection.via}, ${formatRoundTrip(connection.roundTripMs)} a call` },
    { label: 'libvirt', value: formatVersion(connection.libvirtVersion) },
    { label: 'Hypervisor', value: `${connection.driver} ${formatVersion(connection.hypervisorVersion)}` },
  ];
}

/** True while the words change by themselves. */
export function hostMetaTicks({ connection }: Host): boolean {
  return (
    connection.status === 'retrying' || (connection.status === 'connected' && connection.silentSince !== undefined)
  );
}

/** How long a call takes there and back. */
export function formatRoundTrip(ms: number): string {
  return ms < 1 ? 'under 1 ms' : `${Math.round(ms)} ms`;
}
