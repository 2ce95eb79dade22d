import { AlertDialog } from '@base-ui/react/alert-dialog';
import { formatMoment } from '../../../shared/format.ts';
import type { revertType } from '../../../shared/operations/revert/type.ts';
import { hostById } from '../../store/selectors.ts';
import { type Dialog, domainKey } from '../../store/store.ts';
import { useAppState } from '../../ui/context.tsx';
import dialogs from '../../ui/dialog.module.css';
import { useNow } from '../../ui/hooks.ts';
import type { Flow } from '../flow.ts';

/** What is reverted to what, and where; of an undo, what it takes back. */
export function Heading({
  dialog,
  flow,
}: {
  dialog: Extract<Dialog, { kind: 'revert' }>;
  flow: Flow<typeof revertType>;
}) {
  const now = useNow();
  const hostName = useAppState((state) => hostById(state, dialog.hostId)?.name ?? '');
  const known = useAppState((state) => (state.history?.key === domainKey(dialog) ? state.history.list?.current : null));
  const undone = useAppState((state) => state.undoOffers.get(domainKey(dialog))?.revertedTo ?? null);
  const facts = 'plan' in flow ? flow.plan.facts : null;
  const snapshot = facts?.snapshot ?? null;
  const name = snapshot?.name ?? (dialog.aim.kind === 'named' ? dialog.aim.name : known);
  const domain = <bdi>{facts?.domain.name ?? dialog.domainName}</bdi>;
  const running = flow.step === 'running';
  const mark = flow.step === 'planning' || flow.step === 'review' ? '?' : '';
  const undo = dialog.aim.kind === 'undo';
  return (
    <>
      <AlertDialog.Title className={dialogs.title}>
        {undo ? (
          <>
            {running ? 'Undoing' : 'Undo'} the last revert of {domain}
            {mark}
          </>
        ) : (
          <>
            {running ? 'Reverting' : 'Revert'} {domain} to{' '}
            {name ? (
              <>
                “<bdi>{name}</bdi>”
              </>
            ) : (
              'its current snapshot'
            )}
            {mark}
          </>
        )}
      </AlertDialog.Title>
      <AlertDialog.Description className={dialogs.sub}>
        on <bdi>{hostName}</bdi>
        {undo && snapshot ? (
          <>
            {' '}
            · back to “<bdi>{snapshot.name}</bdi>”, taken {formatMoment(snapshot.createdAt, now)}
            {undone ? (
              <>
                {' '}
                before the revert to “<bdi>{undone}</bdi>”
              </>
            ) : null}
          </>
        ) : null}
        {!undo && snapshot && facts?.current === snapshot.name ? ' · current snapshot' : ''}
        {!undo && snapshot ? ` · taken ${formatMoment(snapshot.createdAt, now)}` : ''}
      </AlertDialog.Description>
    </>
  );
}
