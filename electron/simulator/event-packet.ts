import { eventId } from '../../shared/libvirt/flags.ts';
import { encodePacket, packetStatus, packetType } from '../libvirt/frame.ts';
import { events } from '../libvirt/procedures.ts';
import { encode, type Xdr } from '../libvirt/xdr.ts';
import { wireDomain } from './handlers/handler.ts';
import { param } from './handlers/typed-param.ts';
import type { DomainEvent, DomainModel } from './model.ts';

/** virDomainEventID by the simulator's kinds. */
export const eventIdOf: Readonly<Record<DomainEvent['kind'], number>> = {
  lifecycle: eventId.lifecycle,
  blockJob: eventId.blockJob,
  jobCompleted: eventId.jobCompleted,
  reboot: eventId.reboot,
};

/** A MESSAGE packet of the remote program. */
export function messagePacket<T>(row: { program: number; number: number; body: Xdr<T> }, body: T): Buffer {
  const head = { program: row.program, procedure: row.number, type: packetType.message, serial: 0 };
  return encodePacket({ ...head, status: packetStatus.ok, payload: encode(row.body, body) });
}

/** What one registered callback is sent for an event (remoteRelayDomainEvent… in remote_daemon_dispatch.c). */
export function eventPacket(callbackId: number, domain: DomainModel, happened: DomainEvent): Buffer {
  const to = { callbackId, domain: wireDomain(domain) };
  if (happened.kind === 'lifecycle') {
    const { event, detail } = happened;
    return messagePacket(events.lifecycle, { ...to, event, detail });
  }
  if (happened.kind === 'blockJob') {
    const { target, type, status } = happened;
    return messagePacket(events.blockJob, { ...to, target, type, status });
  }
  if (happened.kind === 'reboot') return messagePacket(events.reboot, to);
  const params = [param('operation', 'int', happened.operation)];
  return messagePacket(events.jobCompleted, { ...to, params });
}
