import { batchNotification, operationNotification, type Notification as Told } from '../../shared/notification.ts';
import { openDomainView } from '../store/actions.ts';
import { hostById } from '../store/selectors.ts';
import { type App, type AppState, domainKey } from '../store/store.ts';

/** Whether the browser lets this page tell something outside of it; null: it can't at all. */
export function notificationPermission(): NotificationPermission | null {
  return 'Notification' in window ? Notification.permission : null;
}

/** In a browser's window, tells of long operations that end while somebody looks at something else. */
export function startNotifications(app: App): void {
  app.store.subscribe((state, before) => {
    if (state.operations === before.operations && state.batches === before.batches) return;
    if (!state.appSettings?.notifications || notificationPermission() !== 'granted' || document.hasFocus()) return;
    for (const told of endedSince(before, state)) show(app, told);
  });
}

/** What is to be told of the change from one state to the next. */
export function endedSince(before: AppState, now: AppState): Told[] {
  const operations = [...now.operations.values()].filter(({ id }) => before.operations.get(id)?.outcome === null);
  const batches = [...now.batches.values()].filter(({ id }) => before.batches.get(id)?.endedAt === null);
  return [
    ...operations.map((each) =>
      operationNotification(each, now.batches.values(), hostById(now, each.hostId)?.name ?? ''),
    ),
    ...batches.map(batchNotification),
  ].filter((told) => told !== null);
}

function show({ store }: App, { title, body, about }: Told): void {
  const notification = new Notification(title, { body });
  notification.onclick = () => {
    window.focus();
    if (about) openDomainView(store, domainKey(about));
    notification.close();
  };
}
