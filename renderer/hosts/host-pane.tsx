import { formatBytes, formatDuration } from '../../shared/format.ts';
import type { Host, Operation } from '../../shared/schema.ts';
import { cancelOperation } from '../operations/cancel.ts';
import { phaseSentence, progressShare, progressText } from '../operations/phases.ts';
import { activityVersion, runningOperations } from '../store/selectors.ts';
import { lastOf } from '../ui/asking.ts';
import blocks from '../ui/blocks.module.css';
import { useApp, useAppState } from '../ui/context.tsx';
import { useNow } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { useAsked, useLinked } from '../ui/use-asked.ts';
import { hostFacts } from './host-meta.ts';
import styles from './host-page.module.css';
import { ProblemList } from './problem-list.tsx';
import type { HostProblem } from './problems.ts';

/** Beside the domains of a host: what runs there now, what needs seeing to, and how it is reached. */
export function HostPane({ host, problems }: { host: Host; problems: readonly HostProblem[] }) {
  const all = useAppState(runningOperations);
  const running = all.filter(({ hostId }) => hostId === host.id);
  const now = useNow(running.length > 0 ? 1000 : 60_000);
  return (
    <>
      <section className={styles.part}>
        <h2>Running now</h2>
        {running.length === 0 ? <p className={parts.dim}>Nothing</p> : null}
        {running.map((operation) => (
          <Running key={operation.id} operation={operation} now={now} />
        ))}
      </section>
      <section className={styles.part}>
        <h2>Problems</h2>
        {problems.length === 0 ? <p className={parts.dim}>None are known</p> : <ProblemList problems={problems} />}
      </section>
      <section className={styles.part}>
        <h2>Host</h2>
        <dl className={blocks.facts}>
          {hostFacts(host).map(({ label, value }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
          <Pools hostId={host.id} />
        </dl>
      </section>
    </>
  );
}

/** How much is free in the storage pools; nothing where libvirt does not tell. */
function Pools({ hostId }: { hostId: string }) {
  const { client } = useApp();
  const asked = useAsked({
    subject: hostId,
    when: useLinked(),
    versions: [useAppState((state) => activityVersion(state, { hostId }))],
    ask: (signal) => client.hosts.pools({ hostId }, { signal }),
  });
  return (lastOf(asked) ?? []).map(({ name, freeBytes, capacityBytes }) => (
    <div key={name}>
      <dt>
        Pool <bdi>{name}</bdi>
      </dt>
      <dd title="As it was when libvirt refreshed the pool last">
        {freeBytes === null ? 'not reported' : `${formatBytes(freeBytes)} free`}
        {freeBytes === null || capacityBytes === null ? '' : ` of ${formatBytes(capacityBytes)}`}
      </dd>
    </div>
  ));
}

function Running({ operation, now }: { operation: Operation; now: number }) {
  const app = useApp();
  const { domainName, startedAt, progress, cancellable, cancelRequested } = operation;
  const share = progressShare(progress);
  return (
    <article className={styles.running}>
      <div>
        <b>
          <bdi>{domainName}</bdi>
        </b>
        <span className={parts.elapsed}>{formatDuration(now - startedAt)}</span>
      </div>
      <p className={parts.dim}>
        <bdi>{phaseSentence(operation)}</bdi>
      </p>
      {share === null ? null : <progress aria-label={`Progress of ${domainName}`} value={share} />}
      <div>
        <span className={parts.elapsed}>{progressText(progress) ?? ''}</span>
        {cancellable && !cancelRequested ? (
          <button
            type="button"
            className={parts.link}
            aria-label={`Cancel what runs on ${domainName}`}
            onClick={() => cancelOperation(app, operation)}
          >
            Cancel
          </button>
        ) : null}
      </div>
    </article>
  );
}
