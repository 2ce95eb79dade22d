import { BrowserWindow, Notification } from 'electron';
import type { Notification as Told } from '../../shared/notification.ts';
import { bringForward } from './window.ts';

/** Those that are on show: without a reference their clicks would be lost. */
const shown = new Set<Notification>();

/** Tells somebody who looks at something else, where the system can; a click brings the window forward. */
export function notify({ title, body }: Told, onClick: () => void): void {
  const [window] = BrowserWindow.getAllWindows();
  if (!window || window.isFocused() || !Notification.isSupported()) return;
  const notification = new Notification({ title, body });
  const forget = () => void shown.delete(notification);
  notification.on('click', () => {
    forget();
    if (window.isDestroyed()) return;
    bringForward(window);
    onClick();
  });
  notification.on('close', forget);
  shown.add(notification);
  notification.show();
}
