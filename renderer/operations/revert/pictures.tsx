import { ArrowRight } from 'lucide-react';
import { stateLabel } from '../../../shared/format.ts';
import type { DomainState, RevertPlan } from '../../../shared/schema.ts';
import { ConsoleFigure } from '../../pictures/console-figure.tsx';
import { usePictureNow, useSnapshotPicture } from '../../pictures/use-pictures.ts';
import styles from './revert.module.css';

const off: ReadonlySet<string> = new Set(['shutoff', 'crashed', 'nostate']);

interface PicturesProps {
  plan: RevertPlan;
  /** The state that the revert leads to; null while none is chosen. */
  outcome: DomainState | null;
}

/** What the console looks like now, and what it will look like. Nothing where no picture of the snapshot is kept. */
export function Pictures({ plan, outcome }: PicturesProps) {
  const { facts, hostId } = plan;
  const { domain, snapshot } = facts;
  const about = { hostId, uuid: domain.uuid };
  const then = useSnapshotPicture(about, snapshot);
  const { picture } = usePictureNow(about, then != null && !off.has(domain.state));
  if (!then) return null;
  return (
    <section className={styles.pair} aria-label="The console now and after the revert">
      <div>
        <h3>
          Now<span> · {stateLabel(domain.state)}</span>
        </h3>
        <ConsoleFigure
          picture={picture}
          alt={`Console of ${domain.name} now`}
          none={off.has(domain.state) ? 'It is off now and shows nothing.' : 'There is no picture.'}
        />
      </div>
      <ArrowRight size={16} className={styles.arrow} aria-hidden="true" />
      <div>
        <h3>After the revert{outcome === null ? null : <span> · {stateLabel(outcome)}</span>}</h3>
        <ConsoleFigure picture={then} alt={`Console of ${domain.name} at “${snapshot.name}”`} none="" />
      </div>
    </section>
  );
}
