import { formatWhole } from '../../shared/format.ts';
import type { Domain, SnapshotSizes } from '../../shared/schema.ts';
import { freesInShort, freesWords, measuredWords, notReported, whyUnknown } from '../../shared/sizes-words.ts';
import { commands } from '../commands/commands.ts';
import { contextOf, runCommand } from '../commands/context.ts';
import { commandIcons } from '../commands/icons.ts';
import { measure, useIsCheap, useSizes } from '../sizes/use-sizes.ts';
import { chooseRows, openDialog } from '../store/actions.ts';
import { chosenSnapshots } from '../store/selectors.ts';
import { measureId } from '../store/sizes.ts';
import { domainKey } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { focusHome } from '../ui/focus-home.ts';
import parts from '../ui/parts.module.css';
import styles from './chosen-bar.module.css';

/** What can be done with several snapshots, while several are selected: it lies over the filter. */
export function ChosenBar({ domain }: { domain: Domain }) {
  const app = useApp();
  const chosen = useAppState(chosenSnapshots);
  const [row] = useAppState((state) => state.chosenRows);
  useAppState((state) => state.operations);
  if (chosen.length === 0 || row === undefined) return null;
  const context = contextOf(app, { kind: 'row', key: domainKey(domain), row });
  // The rest is in the menu: the bar has one line.
  const offered = commands
    .filter(
      ({ id, group, danger, applies, unavailable }) =>
        group === 'Snapshot' &&
        id !== 'snapshot.copy-name' &&
        applies(context) &&
        (danger || unavailable(context) === null),
    )
    .sort((a, b) => Number(a.danger ?? false) - Number(b.danger ?? false));
  return (
    <section className={styles.bar} aria-label="Selected snapshots">
      <div className={styles.what}>
        <b role="status">{formatWhole(chosen.length)} snapshots selected</b>
        <Together domain={domain} names={chosen.map(({ name }) => name)} />
      </div>
      {offered.map((command) => {
        const reason = command.unavailable(context);
        const Icon = commandIcons[command.id];
        return (
          <Button
            key={command.id}
            className={command.danger ? styles.destroys : ''}
            disabled={reason !== null}
            {...(reason ? { tip: reason } : {})}
            onClick={() => runCommand(command, contextOf(app, { kind: 'row', key: domainKey(domain), row }))}
          >
            {Icon ? <Icon size={14} aria-hidden="true" /> : null}
            {(command.short ?? command.label)(context)}
          </Button>
        );
      })}
      <Button
        look="quiet"
        onClick={() => {
          chooseRows(app.store, []);
          const home = focusHome('history');
          if (home !== true) home.focus();
        }}
      >
        Clear
      </Button>
    </section>
  );
}

/** What deleting them together frees: measured at once where that costs nothing, or when asked. */
function Together({ domain, names }: { domain: Domain; names: readonly string[] }) {
  const { store } = useApp();
  const sizes = useSizes(domain);
  const isCheap = useIsCheap(domain);
  if (!sizes) return null;
  const id = measureId(names);
  const known = sizes.measured.get(id);
  if (known) return <Freed domain={domain} names={names} sizes={known} />;
  if (sizes.measuring === id) return <span className={styles.frees}>measuring…</span>;
  if (isCheap && sizes.failed?.id !== id) return null;
  return (
    <Button
      look="quiet"
      tip="Measures what deleting them together frees: reads up to some MiB of their images"
      onClick={() => measure(store, names)}
    >
      Measure
    </Button>
  );
}

function Freed({ domain, names, sizes }: { domain: Domain; names: readonly string[]; sizes: SnapshotSizes }) {
  const { store } = useApp();
  const { hostId, uuid, name } = domain;
  const { frees, measuredAt } = sizes;
  if (frees.known)
    return (
      <span className={styles.frees} title={measuredWords(measuredAt)}>
        {freesWords(frees)} <span className={styles.ifWide}>{measuredWords(measuredAt)}</span>
      </span>
    );
  if (frees.why !== 'too-much')
    return (
      <span className={styles.frees} title={whyUnknown[frees.why]}>
        what they free: {notReported}
      </span>
    );
  return (
    <span className={styles.frees} title={whyUnknown[frees.why]}>
      <span className={styles.ifWide}>{freesInShort(frees)} · </span>
      <button
        type="button"
        className={parts.link}
        onClick={() => openDialog(store, { kind: 'one-by-one', hostId, uuid, domainName: name, names })}
      >
        Measure one by one…
      </button>
    </span>
  );
}
