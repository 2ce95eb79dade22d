import { Popover } from '@base-ui/react/popover';
import { LoaderCircle } from 'lucide-react';
import { formatDuration } from '../../shared/format.ts';
import type { Operation } from '../../shared/schema.ts';
import { openDomainView } from '../store/actions.ts';
import { lastOutcome, runningOperations } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { useNow } from '../ui/hooks.ts';

/** What runs now, and how the last operation ended. */
export function StatusBar() {
  const running = useAppState(runningOperations);
  const last = useAppState(lastOutcome);
  const version = useAppState((state) => state.info?.version);
  const now = useNow(running.length > 0 ? 1000 : null);
  const [first] = running;
  return (
    <footer className="status-bar">
      {first && running.length === 1 ? <OperationLine operation={first} now={now} /> : null}
      {running.length > 1 ? (
        <Popover.Root>
          <Popover.Trigger className="status-button">
            <LoaderCircle size={12} className="spin" aria-hidden="true" />
            {running.length} reverts are running
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Positioner className="menu-place" side="top" align="start" sideOffset={6}>
              <Popover.Popup className="menu operations" aria-label="Running operations">
                {running.map((operation) => (
                  <OperationLine key={operation.id} operation={operation} now={now} />
                ))}
              </Popover.Popup>
            </Popover.Positioner>
          </Popover.Portal>
        </Popover.Root>
      ) : null}
      {running.length === 0 ? <span>Nothing is running</span> : null}
      <span className="last-outcome" role="status" title={last ?? undefined}>
        {last ? <bdi>Last: {last}</bdi> : null}
      </span>
      {version ? <span className="version">Snapkeel {version}</span> : null}
    </footer>
  );
}

const phases: Record<Operation['phase'], (operation: Operation) => string> = {
  reverting: ({ domainName, snapshotName }) => `Reverting ${domainName} to “${snapshotName}”…`,
  verifying: ({ domainName }) => `Verifying ${domainName}…`,
  ended: ({ domainName }) => `${domainName}: ended`,
};

function OperationLine({ operation, now }: { operation: Operation; now: number }) {
  const { store } = useApp();
  return (
    <button type="button" className="status-button" onClick={() => openDomainView(store, domainKey(operation))}>
      <LoaderCircle size={12} className="spin" aria-hidden="true" />
      <bdi className="status-text">{phases[operation.phase](operation)}</bdi>
      <span className="elapsed">{formatDuration(now - operation.startedAt)}</span>
    </button>
  );
}
