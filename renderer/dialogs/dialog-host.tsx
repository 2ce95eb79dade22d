import { closeDialog } from '../store/actions.ts';
import { dueQuestion } from '../store/selectors.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import styles from '../ui/dialog.module.css';
import { Fetched, useAhead } from '../ui/fetched.tsx';
import { useAfter } from '../ui/hooks.ts';
import { Later } from '../ui/later.ts';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import { Palette } from './palette.tsx';
import { QuestionDialog } from './questions/question-dialog.tsx';

const dialogs = new Later(() => import('./dialogs.tsx'));

/**
 * The one dialog that is open, if any. A question of the backend comes when nothing else is, or over it from within. The
 * code of dialogs is fetched as soon as the window has nothing else to do, so that they open at once.
 */
export function DialogHost() {
  const dialog = useAppState((state) => state.dialog);
  const question = useAppState(dueQuestion);
  useAhead(dialogs);
  if (!dialog) return question ? <QuestionDialog key={question.id} question={question} /> : null;
  // It is there with the key that opens it; what is typed goes on at once.
  if (dialog.kind === 'palette') return <Palette />;
  return (
    <Fetched code={dialogs} waiting={<Coming />}>
      {({ OpenDialog }) => <OpenDialog dialog={dialog} />}
    </Fetched>
  );
}

/** Only where the code of a dialog takes its time. */
function Coming() {
  const { store } = useApp();
  if (!useAfter(400)) return null;
  return (
    <PlainDialog title="Snapkeel">
      <div className={styles.body} role="status">
        Loading…
      </div>
      <div className={styles.foot}>
        <span className={styles.why} />
        <Button onClick={() => closeDialog(store)}>Cancel</Button>
      </div>
    </PlainDialog>
  );
}
