import { formatCount } from '../../../shared/format.ts';
import type { SnapshotExport } from '../../../shared/schema.ts';
import { closeDialog, pushNotice } from '../../store/actions.ts';
import { type Dialog, domainKey } from '../../store/store.ts';
import blocks from '../../ui/blocks.module.css';
import boxes from '../../ui/box.module.css';
import { Button } from '../../ui/button.tsx';
import { useApp } from '../../ui/context.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import dialogs from '../../ui/dialog.module.css';
import { PlainDialog } from '../../ui/plain-dialog.tsx';
import { Planning } from '../../ui/planning.tsx';
import { ProblemView } from '../../ui/problem-view.tsx';
import { saveText } from '../../ui/save-text.ts';
import { useAsked } from '../../ui/use-asked.ts';
import { VirshLine } from '../../ui/virsh-line.tsx';
import styles from './metadata.module.css';

/** The metadata of a domain's snapshots as a file, with what has to be moved besides it. */
export function ExportDialog({
  dialog,
}: {
  dialog: Extract<Dialog, { kind: 'export-snapshots' | 'import-snapshots' }>;
}) {
  const { hostId, uuid, domainName } = dialog;
  const { client, store } = useApp();
  const asked = useAsked({
    subject: domainKey({ hostId, uuid }),
    ask: (signal) => client.metadata.export({ hostId, uuid }, { signal }),
  });
  const save = ({ fileName, text, names }: SnapshotExport) => {
    saveText(fileName, text);
    closeDialog(store);
    pushNotice(store, {
      tone: 'done',
      title: `${domainName}: the metadata of ${formatCount(names.length, 'snapshot')} was exported`,
      lines: [`It is in ${fileName}.`],
    });
  };
  return (
    <PlainDialog
      width={600}
      title={
        <>
          Export the snapshots of <bdi>{domainName}</bdi>
        </>
      }
    >
      <div className={dialogs.body}>
        {asked.status === 'loading' ? <Planning /> : null}
        {asked.status === 'failed' ? (
          <div role="alert">
            <ProblemView problem={asked.problem} />
          </div>
        ) : null}
        {asked.status === 'ready' ? <Made made={asked.value} /> : null}
      </div>
      <div className={dialogs.foot}>
        <span className={dialogs.why}>{asked.status === 'ready' ? asked.value.fileName : ''}</span>
        <Button onClick={() => closeDialog(store)}>Cancel</Button>
        <Button
          look="primary"
          disabled={asked.status !== 'ready'}
          onClick={() => asked.status === 'ready' && save(asked.value)}
        >
          Save file
        </Button>
      </div>
    </PlainDialog>
  );
}

function Made({ made: { names, current, withSecrets, files, virsh } }: { made: SnapshotExport }) {
  return (
    <>
      <p>
        The file holds the metadata of {formatCount(names.length, 'snapshot')}: names, descriptions, the tree
        {current === null ? '' : `, “${current}” as the current one`}, and the configuration that each was taken with.
        It contains no disks and no memory.
      </p>
      <Secrets withSecrets={withSecrets} />
      <section className={boxes.box}>
        <h3>To move the domain to another host</h3>
        <ol className={styles.moveSteps}>
          <li>
            Shut it down, and copy {formatCount(files.length, 'file')} to the same
            {files.length === 1 ? ' path' : ' paths'} there.
          </li>
          <li>
            Define it there with the same UUID: <code>virsh dumpxml --inactive --security-info</code>, then{' '}
            <code>virsh define</code>.
          </li>
          <li>Choose “Import snapshots…” on it, with this file.</li>
        </ol>
        {files.length > 0 ? (
          <details className={blocks.details}>
            <summary>{formatCount(files.length, 'file')} to copy</summary>
            <div className={blocks.detailsBody}>
              <pre>{files.join('\n')}</pre>
              <CopyButton text={files.join('\n')} what="list of files" label={null} />
            </div>
          </details>
        ) : null}
      </section>
      {virsh.length > 0 ? <VirshLine text={virsh.join('\n')} /> : null}
    </>
  );
}

function Secrets({ withSecrets }: { withSecrets: readonly string[] | null }) {
  if (withSecrets?.length === 0) return null;
  return (
    <p className={boxes.box} data-look="warning">
      {withSecrets === null
        ? 'Passwords, such as for VNC and SPICE displays, are left out. This connection is not allowed to check whether there are any.'
        : `Passwords are left out: ${formatCount(withSecrets.length, 'snapshot')} of these ${withSecrets.length === 1 ? 'has' : 'have'} one, for example for a VNC or SPICE display. Set it again after a revert on the other host.`}
    </p>
  );
}
