import { Popover } from '@base-ui/react/popover';
import { LoaderCircle } from 'lucide-react';
import { formatDuration } from '../../shared/format.ts';
import type { Operation } from '../../shared/schema.ts';
import { showBatch } from '../batch/run.ts';
import { commandById, contextOf, runCommand } from '../commands/context.ts';
import { cancelOperation } from '../operations/cancel.ts';
import { phaseSentence, progressShare, progressText } from '../operations/phases.ts';
import { openDomainView } from '../store/actions.ts';
import { runCounts, runHeadline } from '../store/batch-words.ts';
import { lastEnded, lastOutcome, liveBatch, runningOperations, undoUnavailable } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { useNow } from '../ui/hooks.ts';
import menus from '../ui/menu.module.css';
import parts from '../ui/parts.module.css';
import styles from './status-bar.module.css';

/** What runs now, and how the last operation ended. */
export function StatusBar() {
  const running = useAppState(runningOperations);
  const last = useAppState(lastOutcome);
  const version = useAppState((state) => state.info?.version);
  const lab = useAppState(liveBatch);
  const ending = useAppState((state) => state.endingFor !== null);
  const now = useNow(running.length > 0 ? 1000 : null);
  const [first] = running;
  const alone = running.length === 1 && !lab ? first : undefined;
  return (
    <footer className={styles.bar}>
      {ending ? (
        <strong className={styles.text} role="alert">
          Snapkeel is closing and waits for libvirt’s answer
        </strong>
      ) : null}
      <BatchLine />
      {alone ? <OperationLine operation={alone} now={now} /> : null}
      {running.length > 0 && !alone ? (
        <Popover.Root>
          <Popover.Trigger className={styles.button}>
            {lab ? null : <LoaderCircle size={12} className={parts.spin} aria-hidden="true" />}
            {running.length === 1 ? '1 operation is' : `${running.length} operations are`} running
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Positioner className={menus.place} side="top" align="start" sideOffset={6}>
              <Popover.Popup className={`${menus.menu} ${styles.operations}`} aria-label="Running operations">
                {running.map((operation) => (
                  <OperationLine key={operation.id} operation={operation} now={now} />
                ))}
              </Popover.Popup>
            </Popover.Positioner>
          </Popover.Portal>
        </Popover.Root>
      ) : null}
      {running.length === 0 && !lab ? <span>Nothing is running</span> : null}
      <span className={styles.lastOutcome} title={last ?? undefined}>
        {last ? <bdi>Last: {last}</bdi> : null}
      </span>
      <UndoLast />
      {version ? <span className={styles.version}>Snapkeel {version}</span> : null}
    </footer>
  );
}

/** A batch under way, which its dialog shows in full. */
function BatchLine() {
  const app = useApp();
  const run = useAppState(liveBatch);
  if (!run) return null;
  const { ended } = runCounts(run);
  return (
    <button type="button" className={styles.button} onClick={() => showBatch(app, run)}>
      <LoaderCircle size={12} className={parts.spin} aria-hidden="true" />
      <span className={styles.text}>{runHeadline(run)}</span>
      <Bar share={ended / run.rows.length} />
    </button>
  );
}

/** The way back from the last revert, while there is one. */
function UndoLast() {
  const app = useApp();
  const last = useAppState(lastEnded);
  const offered = useAppState((state) => (last ? undoUnavailable(state, domainKey(last)) === null : false));
  // Beside anything else it would take back another change than the one that it stands beside.
  if (last?.kind !== 'revert' || !offered) return null;
  const context = contextOf(app, { kind: 'domain', key: domainKey(last) });
  return (
    <button
      type="button"
      className={`${parts.link} ${styles.act}`}
      aria-label={`Undo the last revert of ${last.domainName}…`}
      onClick={() => runCommand(commandById('revert.undo'), { ...context, state: app.store.getState() })}
    >
      Undo…
    </button>
  );
}

function OperationLine({ operation, now }: { operation: Operation; now: number }) {
  const app = useApp();
  const { progress, cancellable, startedAt, domainName } = operation;
  const share = progressShare(progress);
  const amount = progressText(progress);
  return (
    <div className={styles.line}>
      <button type="button" className={styles.button} onClick={() => openDomainView(app.store, domainKey(operation))}>
        <LoaderCircle size={12} className={parts.spin} aria-hidden="true" />
        <bdi className={styles.text}>{phaseSentence(operation)}</bdi>
        {share === null ? null : <Bar share={share} />}
        <span className={parts.elapsed}>{amount ?? formatDuration(now - startedAt)}</span>
      </button>
      {cancellable && !operation.cancelRequested ? (
        <button
          type="button"
          className={`${parts.link} ${styles.act}`}
          aria-label={`Cancel the operation on ${domainName}`}
          onClick={() => cancelOperation(app, operation)}
        >
          Cancel
        </button>
      ) : null}
    </div>
  );
}

function Bar({ share }: { share: number }) {
  return <progress className={styles.progress} aria-hidden="true" value={share} />;
}
