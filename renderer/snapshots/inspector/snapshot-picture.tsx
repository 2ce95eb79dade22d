import { formatAge, formatDateTime } from '../../../shared/format.ts';
import type { Domain, Snapshot } from '../../../shared/schema.ts';
import { ConsoleFigure } from '../../pictures/console-figure.tsx';
import { usePictureNow, useSnapshotPicture } from '../../pictures/use-pictures.ts';
import { openTree } from '../../store/selectors.ts';
import { domainKey } from '../../store/store.ts';
import { Button } from '../../ui/button.tsx';
import { useAppState } from '../../ui/context.tsx';
import { useNow } from '../../ui/hooks.ts';
import styles from '../inspector.module.css';

/** What the screen looked like when a snapshot was taken; with null what it looks like now. */
export function SnapshotPicture({ domain, name }: { domain: Domain; name: string | null }) {
  const row = useAppState((state) =>
    name !== null && state.history?.key === domainKey(domain) ? openTree(state)?.byKey.get(name) : undefined,
  );
  if (name === null) return <Now key={domainKey(domain)} domain={domain} />;
  return row?.kind === 'snapshot' ? <Then domain={domain} snapshot={row.snapshot} /> : null;
}

function Then({ domain, snapshot }: { domain: Domain; snapshot: Snapshot }) {
  const picture = useSnapshotPicture(domain, snapshot);
  const now = useNow();
  if (!picture) return null;
  return (
    <ConsoleFigure
      picture={picture}
      alt={`Console of ${domain.name} at “${snapshot.name}”`}
      caption={
        <time dateTime={new Date(picture.takenAt).toISOString()} title={formatDateTime(picture.takenAt)}>
          The console {formatAge(picture.takenAt, now)}
        </time>
      }
      enlarges
    />
  );
}

function Now({ domain }: { domain: Domain }) {
  const on = isOn(domain);
  const { picture, again } = usePictureNow(domain, on);
  const now = useNow(1000);
  if (!on) return null;
  return (
    <div className={styles.now}>
      <ConsoleFigure
        picture={picture}
        alt={`Console of ${domain.name} now`}
        caption={picture ? `The console ${formatAge(picture.takenAt, now)}` : 'Asking for the console…'}
        none="libvirt provides no picture of the console: there is no video device, or it did not answer in time."
        enlarges
      />
      <Button look="quiet" onClick={again}>
        Take another picture
      </Button>
    </div>
  );
}

const on: ReadonlySet<string> = new Set(['running', 'blocked', 'paused']);

function isOn({ state }: Domain): boolean {
  return on.has(state);
}
