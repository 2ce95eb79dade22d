import { formatAge } from '../../../shared/format.ts';
import type { RevertPlan } from '../../../shared/schema.ts';
import { ConsoleFigure } from '../../pictures/console-figure.tsx';
import { usePictureNow, useSnapshotPicture } from '../../pictures/use-pictures.ts';
import { useNow } from '../../ui/hooks.ts';
import styles from './revert.module.css';

const off: ReadonlySet<string> = new Set(['shutoff', 'crashed', 'nostate']);

/** What the console looked like beside what it looks like now. Nothing where no picture of the snapshot is kept. */
export function Pictures({ plan }: { plan: RevertPlan }) {
  const { facts, hostId } = plan;
  const { domain, snapshot } = facts;
  const about = { hostId, uuid: domain.uuid };
  const then = useSnapshotPicture(about, snapshot);
  const { picture } = usePictureNow(about, then != null && !off.has(domain.state));
  const now = useNow();
  if (!then) return null;
  return (
    <section className={styles.pair} aria-label="The console then and now">
      <ConsoleFigure
        picture={then}
        alt={`Console of ${domain.name} at “${snapshot.name}”`}
        caption={`What it looked like, ${formatAge(then.takenAt, now)}`}
        none=""
      />
      <ConsoleFigure
        picture={picture}
        alt={`Console of ${domain.name} now`}
        caption="What it looks like now"
        none={off.has(domain.state) ? 'It is off now and shows nothing.' : 'There is no picture.'}
      />
    </section>
  );
}
