import { type LucideIcon, RefreshCw, RotateCcw, Trash2 } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RevertPlan } from '../../../shared/schema.ts';
import { closeDialog, openDialog, showTab } from '../../store/actions.ts';
import { type App, domainKey } from '../../store/store.ts';
import boxes from '../../ui/box.module.css';
import { Button } from '../../ui/button.tsx';
import { useApp, useAppState } from '../../ui/context.tsx';
import parts from '../../ui/parts.module.css';
import { askRevert } from './ask.ts';
import { assessmentWith, isPassing, type RevertReview, startStates } from './choice.ts';
import styles from './revert.module.css';

/** Why none of the choices would work, each reason once, and what can be done instead. */
export function Blocked({ review }: { review: RevertReview }) {
  const app = useApp();
  const { facts, hostId } = review.plan;
  const { domain, snapshot } = facts;
  const parent = useAppState((state) => {
    const list = state.history?.key === domainKey({ hostId, uuid: domain.uuid }) ? state.history.list : null;
    return list?.snapshots.find(({ name }) => name === snapshot.name)?.parent ?? null;
  });
  const blockers = startStates.flatMap((state) => assessmentWith(review, { startState: state }).blockers);
  const passes = isPassing(review);
  return (
    <>
      <section className={boxes.box} data-look="impossible">
        <h3>Why it is not possible</h3>
        {[...new Set(blockers.map(({ text }) => text))].map((text) => (
          <p key={text}>{text}</p>
        ))}
        <p>Nothing has been changed.</p>
      </section>
      <section className={styles.ways}>
        <h3>What you can do</h3>
        <ul>
          <Way
            Icon={RefreshCw}
            text={passes ? 'Wait until it has ended, then check again' : 'Fix the cause, then check again'}
          />
          {passes ? null : (
            <Way Icon={Trash2} text="Delete the snapshot’s metadata">
              libvirt forgets the snapshot. No file is touched.
            </Way>
          )}
          {passes || parent === null ? null : (
            <Way
              Icon={RotateCcw}
              text={
                <>
                  Revert to its parent,{' '}
                  <button type="button" className={parts.link} onClick={() => askParent(app, review.plan, parent)}>
                    <bdi>{parent}</bdi>
                  </button>
                </>
              }
            >
              Snapkeel checks first whether that is possible.
            </Way>
          )}
        </ul>
      </section>
    </>
  );
}

function Way({ Icon, text, children }: { Icon: LucideIcon; text: ReactNode; children?: ReactNode }) {
  return (
    <li>
      <Icon size={15} aria-hidden="true" />
      <div>
        <p>{text}</p>
        {children ? <small>{children}</small> : null}
      </div>
    </li>
  );
}

/** The way to the health of the domain’s snapshots. */
export function ToHealth() {
  const { store } = useApp();
  return (
    <Button
      look="quiet"
      onClick={() => {
        closeDialog(store);
        showTab(store, 'health');
      }}
    >
      Open Health
    </Button>
  );
}

/** The snapshot can be deleted instead. */
export function ToDeletion({ review }: { review: RevertReview }) {
  const { store } = useApp();
  if (isPassing(review)) return null;
  const { hostId, uuid, domainName, facts } = review.plan;
  const names = [facts.snapshot.name];
  return (
    <Button
      onClick={() => {
        closeDialog(store);
        openDialog(store, { kind: 'delete', hostId, uuid, domainName, names });
      }}
    >
      Delete…
    </Button>
  );
}

function askParent(app: App, { hostId, uuid, domainName }: RevertPlan, name: string): void {
  closeDialog(app.store);
  askRevert(app, { hostId, uuid, domainName, aim: { kind: 'named', name } });
}
