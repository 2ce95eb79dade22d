import { connectHandlers } from './connect.ts';
import { domainHandlers } from './domain.ts';
import { eventHandlers } from './event.ts';
import { guestAgentHandlers } from './guest-agent.ts';
import type { Handlers } from './handler.ts';
import { powerHandlers } from './power.ts';
import { snapshotHandlers } from './snapshot.ts';
import { storageHandlers } from './storage.ts';

/** What the simulated daemon does for each row of the procedures table. */
export const handlers: Handlers = {
  ...connectHandlers,
  ...domainHandlers,
  ...eventHandlers,
  ...powerHandlers,
  ...guestAgentHandlers,
  ...snapshotHandlers,
  ...storageHandlers,
};
