import { uuidText } from '../model.ts';
import { refuse } from '../refuse.ts';
import type { Handlers } from './handler.ts';

/** VIR_DOMAIN_EVENT_ID_LAST of libvirt 11.3. */
const EVENT_IDS = 27;

/** Registration of events; they are sent by the connection (server.ts). */
export const eventHandlers = {
  domainEventCallbackRegisterAny: {
    run({ eventId, domain }, { session, world }) {
      if (eventId < 0 || eventId >= EVENT_IDS) refuse('INTERNAL_ERROR', 'RPC', `unsupported event ID ${eventId}`);
      if (domain) world.domain(domain.uuid, domain.name);
      const callbackId = session.lastCallback++;
      session.callbacks.set(callbackId, { eventId, uuid: domain && uuidText(domain.uuid) });
      return { callbackId };
    },
  },
  domainEventCallbackDeregisterAny: {
    run({ callbackId }, { session }) {
      if (!session.callbacks.delete(callbackId))
        refuse('INTERNAL_ERROR', 'RPC', `domain event callback ${callbackId} not registered`);
      return {};
    },
  },
} satisfies Partial<Handlers>;
