import { useState } from 'react';
import { formatBytes, formatCount } from '../../shared/format.ts';
import type { Settings, ThumbnailUsage } from '../../shared/schema.ts';
import { tellCallFailed } from '../store/effects.ts';
import { lastOf } from '../ui/asking.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import forms from '../ui/forms.module.css';
import { NumberField } from '../ui/number-field.tsx';
import { useAsked } from '../ui/use-asked.ts';
import styles from './settings.module.css';

interface PictureSettingsProps {
  draft: Settings;
  change: (part: Partial<Settings>) => void;
}

/** Whether pictures of consoles are kept, how much of them, and the way to be rid of them. */
export function PictureSettings({ draft, change }: PictureSettingsProps) {
  return (
    <>
      <h3>Pictures of consoles</h3>
      <label className={forms.check}>
        <input
          type="checkbox"
          checked={draft.thumbnails}
          aria-describedby="pictures-note"
          onChange={({ target }) => change({ thumbnails: target.checked })}
        />
        <span>Take one with each snapshot of a running guest</span>
      </label>
      <div className={forms.checkNote} id="pictures-note">
        <p>
          A console may show secrets. Pictures stay on this computer, in files that only you can read, and are deleted
          with their snapshots.
        </p>
      </div>
      <div className={styles.setting}>
        <label htmlFor="setting-pictures-size">Maximum size (MiB)</label>
        <NumberField
          id="setting-pictures-size"
          value={draft.thumbnailsMiB}
          min={1}
          max={10_000}
          onChange={(thumbnailsMiB) => change({ thumbnailsMiB })}
        />
        <p>The oldest are removed first.</p>
      </div>
      <div className={styles.setting}>
        <label htmlFor="setting-pictures-days">Keep for (days)</label>
        <NumberField
          id="setting-pictures-days"
          value={draft.thumbnailDays}
          min={1}
          max={3_650}
          onChange={(thumbnailDays) => change({ thumbnailDays })}
        />
        <Usage />
      </div>
    </>
  );
}

function Usage() {
  const app = useApp();
  const asked = useAsked({ subject: 'usage', ask: (signal) => app.client.thumbnails.usage(undefined, { signal }) });
  const [left, setLeft] = useState<ThumbnailUsage | null>(null);
  const usage = left ?? lastOf(asked);
  if (!usage) return <p />;
  if (usage.count === 0) return <p>No pictures are stored.</p>;
  const clear = () => {
    app.client.thumbnails.clear().then(
      (now) => {
        setLeft(now);
        app.store.setState({ keptPictures: null });
      },
      (error) => tellCallFailed(app, error),
    );
  };
  return (
    <p>
      {formatCount(usage.count, 'picture')} kept now, {formatBytes(usage.bytes)}.{' '}
      <Button look="quiet" onClick={clear}>
        Remove all pictures
      </Button>
    </p>
  );
}
