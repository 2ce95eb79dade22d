import { batchNotification, type Notification, operationNotification } from '../shared/notification.ts';
import type { AppEvent, Batch, Host, Settings } from '../shared/schema.ts';
import { visibleIn } from '../shared/visible.ts';

interface Surroundings {
  readonly hosts: () => readonly Host[];
  readonly batches: () => readonly Batch[];
  readonly settings: () => Pick<Settings, 'notifications'>;
}

/** What the person is to be told of an event outside of the window; null: nothing, or they don't want to be. */
export function notificationOf(event: AppEvent, { hosts, batches, settings }: Surroundings): Notification | null {
  if (!settings().notifications) return null;
  if (event.type === 'batch') return visibleIn(batchNotification(event.run));
  if (event.type !== 'operation') return null;
  const { operation } = event;
  const host = hosts().find(({ id }) => id === operation.hostId);
  return visibleIn(operationNotification(operation, batches(), host?.name ?? ''));
}
