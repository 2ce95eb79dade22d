import type { ReactNode } from 'react';
import { formatWhole } from '../../shared/format.ts';
import { commandById, contextOf, runCommand } from '../commands/context.ts';
import { clearChosen } from '../store/actions.ts';
import { chosenCounts } from '../store/selectors.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { focusHome } from '../ui/focus-home.ts';
import styles from './sidebar.module.css';

/** What can be done with the domains that are selected, while any are. */
export function ChoiceBar() {
  const app = useApp();
  const count = useAppState((state) => chosenCounts(state).domains);
  const hosts = useAppState((state) => chosenCounts(state).hosts);
  if (count === 0) return null;
  return (
    <section className={styles.choiceBar} aria-label="Selected domains">
      <span role="status">
        {formatWhole(count)} selected{hosts > 1 ? ` on ${hosts} hosts` : ''}
      </span>
      <Button
        look="quiet"
        onClick={() => {
          clearChosen(app.store);
          const home = focusHome('domains');
          if (home !== true) home.focus();
        }}
      >
        Clear
      </Button>
      <div className={styles.choiceActions}>
        <CommandButton id="snapshot.create-each">Take snapshots…</CommandButton>
        <CommandButton id="lab.reset">Lab reset…</CommandButton>
      </div>
    </section>
  );
}

function CommandButton({ id, children }: { id: string; children: ReactNode }) {
  const app = useApp();
  const command = commandById(id);
  const reason = useAppState((state) => command.unavailable({ ...contextOf(app, null), state }));
  return (
    <Button
      disabled={reason !== null}
      {...(reason ? { tip: reason } : {})}
      onClick={() => runCommand(command, contextOf(app, null))}
    >
      {children}
    </Button>
  );
}
