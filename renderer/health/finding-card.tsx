import { CircleX, Info, TriangleAlert } from 'lucide-react';
import type { Domain, Finding } from '../../shared/schema.ts';
import { commands } from '../commands/commands.ts';
import { contextOf, runCommand } from '../commands/context.ts';
import { chooseRows, selectRow, showTab } from '../store/actions.ts';
import { openTree } from '../store/selectors.ts';
import { domainKey, type Target } from '../store/store.ts';
import blocks from '../ui/blocks.module.css';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import parts from '../ui/parts.module.css';
import { PathText } from '../ui/path-text.tsx';
import styles from './health.module.css';

const icons = { broken: CircleX, warning: TriangleAlert, note: Info } as const;
const words: Record<Finding['level'], string> = { broken: 'Problem', warning: 'Warning', note: 'Note' };
const mostLinks = 8;

/** One finding: what is so, what it means, and what can be done here or in a shell on the host. */
export function FindingCard({ domain, finding }: { domain: Domain; finding: Finding }) {
  const { level, what, means, remedy, snapshots, files, shell } = finding;
  const Icon = icons[level];
  return (
    <li className={styles.finding} data-level={level}>
      <Icon size={16} aria-label={words[level]} role="img" />
      <div>
        <h3>{what}</h3>
        <p>{means}</p>
        <p>{remedy}</p>
        {snapshots.length > 0 ? <SnapshotLinks names={snapshots} /> : null}
        {files.length > 0 ? (
          <ul className={styles.files} aria-label="Files">
            {files.map((file) => (
              <li key={file}>
                <PathText path={file} />
                <CopyButton text={file} what={`path ${file}`} label={null} />
              </li>
            ))}
          </ul>
        ) : null}
        <Offers domain={domain} finding={finding} />
        {shell.length > 0 ? (
          <details className={blocks.details}>
            <summary>
              {shell.length === 1 ? 'Command for a shell on the host' : 'Commands for a shell on the host'}
            </summary>
            {shell.map((line) => (
              <div key={line} className={blocks.detailsBody}>
                <pre>{line}</pre>
                <CopyButton text={line} what="command" label={null} />
              </div>
            ))}
          </details>
        ) : null}
      </div>
    </li>
  );
}

/** Each leads to its row in the history. */
function SnapshotLinks({ names }: { names: readonly string[] }) {
  const { store } = useApp();
  const tree = useAppState(openTree);
  const rest = names.length - mostLinks;
  const show = (name: string) => {
    store.setState({ snapshotFilter: '' });
    chooseRows(store, []);
    selectRow(store, name);
    showTab(store, 'snapshots');
  };
  return (
    <p className={styles.snapshots}>
      <span className={parts.dim}>{names.length === 1 ? 'Snapshot' : 'Snapshots'}</span>
      {names.slice(0, mostLinks).map((name) =>
        tree?.byKey.has(name) ? (
          <button key={name} type="button" className={parts.link} onClick={() => show(name)}>
            <bdi>{name}</bdi>
          </button>
        ) : (
          <bdi key={name}>{name}</bdi>
        ),
      )}
      {rest > 0 ? <span className={parts.dim}>and {rest} more</span> : null}
    </p>
  );
}

/** The app's own commands that help, as far as they can be had. */
function Offers({ domain, finding }: { domain: Domain; finding: Finding }) {
  const app = useApp();
  useAppState((state) => state.operations);
  useAppState((state) => state.history);
  const offered = finding.offers.flatMap(({ command: id, snapshot }) => {
    const command = commands.find((each) => each.id === id);
    const key = domainKey(domain);
    const target: Target = snapshot === null ? { kind: 'domain', key } : { kind: 'row', key, row: snapshot };
    const context = contextOf(app, target);
    return command?.applies(context) ? [{ command, context, snapshot }] : [];
  });
  if (offered.length === 0) return null;
  return (
    <div className={styles.offers}>
      {offered.map(({ command, context, snapshot }) => {
        const reason = command.unavailable(context);
        return (
          <Button
            key={command.id + snapshot}
            disabled={reason !== null}
            tip={reason}
            onClick={() => runCommand(command, context)}
          >
            <bdi>{offerLabel(command.label(context), offered.length > 1 ? snapshot : null)}</bdi>
          </Button>
        );
      })}
    </div>
  );
}

/** Several of one kind are told apart by their snapshots. */
function offerLabel(label: string, snapshot: string | null): string {
  return snapshot === null ? label : `${label.replace(/…$/, '')} “${snapshot}”…`;
}
