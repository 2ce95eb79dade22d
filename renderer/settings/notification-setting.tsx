import { useState } from 'react';
import type { Settings } from '../../shared/schema.ts';
import { notificationPermission } from '../shell/notifications.ts';
import forms from '../ui/forms.module.css';

interface NotificationSettingProps {
  draft: Settings;
  change: (part: Partial<Settings>) => void;
}

/** Whether the end of what takes long is told outside of the window. A browser is asked when it is switched on. */
export function NotificationSetting({ draft, change }: NotificationSettingProps) {
  const inBrowser = window.snapkeel?.shell !== 'electron';
  const [permission, setPermission] = useState(notificationPermission);
  const allowed = !inBrowser || permission === 'granted';
  const onChange = async (on: boolean) => {
    if (on && !allowed) {
      const answer = permission === null ? null : await Notification.requestPermission();
      setPermission(answer);
      if (answer !== 'granted') return;
    }
    change({ notifications: on });
  };
  return (
    <>
      <h3>Notifications</h3>
      <label className={forms.check}>
        <input
          type="checkbox"
          checked={draft.notifications && allowed}
          disabled={inBrowser && permission === null}
          aria-describedby="notifications-note"
          onChange={({ target }) => void onChange(target.checked)}
        />
        <span>Tell when something that takes long has ended</span>
      </label>
      <div className={forms.checkNote} id="notifications-note">
        <p role="status">{noteOf(inBrowser, permission)}</p>
      </div>
    </>
  );
}

function noteOf(inBrowser: boolean, permission: NotificationPermission | null): string {
  if (inBrowser && permission === null) return 'This browser has no notifications.';
  if (inBrowser && permission === 'denied')
    return 'The browser does not allow notifications of this page. Its own settings can.';
  return 'Only while Snapkeel’s window is not in front: what takes over 10 s, and changes of several domains.';
}
