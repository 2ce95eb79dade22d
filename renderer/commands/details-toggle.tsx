import { PanelRight } from 'lucide-react';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import { useSidePaneOpen } from '../ui/side-pane.tsx';
import { commandById, contextOf, runCommand } from './context.ts';
import styles from './details-toggle.module.css';

/** Shows or hides the pane at the right. */
export function DetailsToggle() {
  const app = useApp();
  const command = commandById('view.inspector');
  const isOpen = useSidePaneOpen();
  return (
    <Button
      look="icon"
      className={styles.toggle}
      aria-label="Details"
      aria-pressed={isOpen}
      tip={command.label(contextOf(app, null))}
      onClick={() => runCommand(command, contextOf(app, null))}
    >
      <PanelRight size={15} aria-hidden="true" />
    </Button>
  );
}
