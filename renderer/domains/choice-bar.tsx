import { commandById, contextOf, runCommand } from '../commands/context.ts';
import { clearChosen } from '../store/actions.ts';
import { chosenCounts } from '../store/selectors.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { focusHome } from '../ui/focus-home.ts';

/** What can be done with the domains that are selected, while any are. */
export function ChoiceBar() {
  const app = useApp();
  const count = useAppState((state) => chosenCounts(state).domains);
  const hosts = useAppState((state) => chosenCounts(state).hosts);
  const reset = commandById('lab.reset');
  const reason = useAppState((state) => reset.unavailable({ ...contextOf(app, null), state }));
  if (count === 0) return null;
  return (
    <section className="choice-bar" aria-label="Selected domains">
      <span role="status">
        {count.toLocaleString('en-GB')} selected{hosts > 1 ? ` on ${hosts} hosts` : ''}
      </span>
      <div className="choice-actions">
        <Button
          disabled={reason !== null}
          {...(reason ? { tip: reason } : {})}
          onClick={() => runCommand(reset, contextOf(app, null))}
        >
          Lab reset…
        </Button>
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
      </div>
    </section>
  );
}
