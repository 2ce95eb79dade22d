import { CircleAlert, CircleCheck, TriangleAlert, X } from 'lucide-react';
import { useEffect } from 'react';
import type { RevertAim } from '../../shared/schema.ts';
import { showBatch } from '../batch/run.ts';
import { askRevert } from '../operations/revert/ask.ts';
import { closeNotice } from '../store/actions.ts';
import { batchByPlan, undoUnavailable } from '../store/selectors.ts';
import { domainKey, type Notice } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import parts from '../ui/parts.module.css';
import { Details } from '../ui/problem-view.tsx';
import styles from './notices.module.css';

const goodNewsMs = 9000;
/** Long enough to see that it was the wrong snapshot. */
const undoableMs = 30_000;
const icons = { done: CircleCheck, differs: TriangleAlert, failed: CircleAlert };

/**
 * Messages over the lower right corner. Only good news goes away by itself. They are what announces how something ended, but
 * where a dialog does; the status bar only shows it.
 */
export function Notices() {
  const notices = useAppState((state) => state.notices);
  return (
    <section className={styles.notices} aria-label="Messages">
      <p className={parts.unseen} role="status">
        <bdi>{notices.findLast(({ tone }) => tone === 'done')?.title}</bdi>
      </p>
      {notices.map((notice) => (
        <NoticeCard key={notice.id} notice={notice} />
      ))}
    </section>
  );
}

function NoticeCard({ notice }: { notice: Notice }) {
  const app = useApp();
  const { id, tone, title, lines, detail, retry, undo, batchPlanId } = notice;
  const undoable = useAppState((state) => undo !== undefined && undoUnavailable(state, domainKey(undo)) === null);
  const run = useAppState((state) => (batchPlanId === undefined ? undefined : batchByPlan(state, batchPlanId)));
  const close = () => closeNotice(app.store, id);
  useEffect(() => {
    if (tone !== 'done') return;
    const timer = setTimeout(() => closeNotice(app.store, id), undo || batchPlanId ? undoableMs : goodNewsMs);
    return () => clearTimeout(timer);
  }, [app, id, tone, undo, batchPlanId]);
  const Icon = icons[tone];
  return (
    <article className={styles.card} data-tone={tone} {...(tone === 'done' ? {} : { role: 'alert' })}>
      <Icon size={16} aria-hidden="true" />
      <div className={styles.text}>
        <strong>
          <bdi>{title}</bdi>
        </strong>
        {lines.map((line) => (
          <p key={line}>
            <bdi>{line}</bdi>
          </p>
        ))}
        {detail ? <Details text={detail} /> : null}
        {retry ? (
          <Button
            className={styles.action}
            onClick={() => {
              close();
              askRevert(app, { ...retry, aim: retry.aim as RevertAim });
            }}
          >
            Review again…
          </Button>
        ) : null}
        {undo && undoable ? (
          <Button
            className={styles.action}
            onClick={() => {
              close();
              askRevert(app, { ...undo, aim: { kind: 'undo' } });
            }}
          >
            Undo…
          </Button>
        ) : null}
        {run ? (
          <Button
            className={styles.action}
            onClick={() => {
              close();
              showBatch(app, run);
            }}
          >
            Show the report
          </Button>
        ) : null}
      </div>
      <Button look="bare" className={styles.close} aria-label="Close message" onClick={close}>
        <X size={14} aria-hidden="true" />
      </Button>
    </article>
  );
}
