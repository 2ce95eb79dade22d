import { LoaderCircle, Shield } from 'lucide-react';
import {
  capital,
  formatBytes,
  formatDateTime,
  formatMoment,
  formatTaken,
  formatWhole,
  stateLabel,
} from '../../shared/format.ts';
import { operationUnderWay } from '../../shared/operations/words.ts';
import type { Domain, DomainWords, SizeTotal, SnapshotSpan } from '../../shared/schema.ts';
import { bytesOf } from '../../shared/sizes.ts';
import { notReported, totalWords, whatTotalIs } from '../../shared/sizes-words.ts';
import { phaseWords } from '../operations/phases.ts';
import { openDomainView } from '../store/actions.ts';
import { isProtected, operationOn } from '../store/selectors.ts';
import { type DomainKey, domainKey } from '../store/store.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { StateGlyph } from '../ui/glyphs.tsx';
import type { GridColumn } from '../ui/grid/columns.ts';
import grids from '../ui/grid/grid.module.css';
import parts from '../ui/parts.module.css';
import { ProblemIcon } from '../ui/problem-icon.tsx';
import styles from './host-page.module.css';
import type { HostProblem } from './problems.ts';
import { useLearnedSpan, useLearnedTotal } from './use-learned.ts';

interface Known {
  readonly now: number;
  readonly narrow: boolean;
  readonly words: ReadonlyMap<DomainKey, DomainWords>;
  readonly spans: ReadonlyMap<DomainKey, SnapshotSpan | null>;
  readonly totals: ReadonlyMap<DomainKey, SizeTotal | null>;
  /** The worst problem of each domain. */
  readonly problems: ReadonlyMap<DomainKey, HostProblem>;
}

/** What is known of each domain of a host; what was not read is said to be so. */
export function domainColumns({ now, narrow, words, spans, totals, problems }: Known): GridColumn<Domain>[] {
  const spanOf = (domain: Domain) => spans.get(domainKey(domain));
  const totalOf = (domain: Domain) => totals.get(domainKey(domain));
  const columns: GridColumn<Domain>[] = [
    {
      id: 'domain',
      header: 'Domain',
      share: 1,
      min: 150,
      wants: 200,
      sortBy: ({ name }) => name,
      cell: (domain) => <Name domain={domain} title={words.get(domainKey(domain))?.title ?? ''} withState={narrow} />,
    },
    {
      id: 'state',
      header: 'State',
      width: 110,
      sortBy: ({ state }) => stateLabel(state),
      cell: ({ state }) => (
        <span className={styles.state}>
          <StateGlyph state={state} />
          {stateLabel(state)}
        </span>
      ),
    },
    {
      id: 'snapshots',
      header: 'Snapshots',
      width: 78,
      goes: 3,
      sortBy: ({ snapshotCount }) => snapshotCount ?? undefined,
      greatestFirst: true,
      cell: ({ snapshotCount }) => (snapshotCount === null ? '…' : formatWhole(snapshotCount)),
    },
    {
      id: 'newest',
      header: 'Newest',
      width: 116,
      goes: 4,
      sortBy: (domain) => spanOf(domain)?.newest ?? undefined,
      greatestFirst: true,
      cell: (domain) => <Newest domain={domain} span={spanOf(domain)} now={now} />,
    },
    {
      id: 'oldest',
      header: 'Oldest',
      width: 104,
      goes: 1,
      sortBy: (domain) => spanOf(domain)?.oldest ?? undefined,
      cell: (domain) => <Taken domain={domain} span={spanOf(domain)} which="oldest" now={now} />,
    },
    {
      id: 'size',
      header: 'Size',
      width: 112,
      min: 102,
      goes: 2,
      atEnd: true,
      sortBy: (domain) => knownIn(totalOf(domain)) ?? undefined,
      greatestFirst: true,
      cell: (domain) => <Total domain={domain} total={totalOf(domain)} now={now} />,
    },
    {
      id: 'status',
      header: 'Status',
      width: 176,
      min: 98,
      sortBy: (domain) => problems.get(domainKey(domain))?.short ?? '–',
      cell: (domain) => <Status domain={domain} problem={problems.get(domainKey(domain))} />,
    },
  ];
  return columns.filter(({ id }) => !(narrow && id === 'state'));
}

function Name({ domain, title, withState }: { domain: Domain; title: string; withState: boolean }) {
  const { store } = useApp();
  const key = domainKey(domain);
  const guarded = useAppState((state) => isProtected(state, key));
  useLearnedTotal(domain); // for the sum above the table, too, which is there without a column of sizes
  return (
    <>
      <div className={grids.cellName}>
        {withState ? <StateGlyph state={domain.state} /> : null}
        <button type="button" tabIndex={-1} className={styles.name} onClick={() => openDomainView(store, key)}>
          <bdi title={domain.name}>{domain.name}</bdi>
        </button>
        {guarded ? <Shield size={12} className={styles.shield} role="img" aria-label="protected" /> : null}
      </div>
      {title ? (
        <div className={withState ? `${parts.note} ${styles.cellWithState}` : parts.note}>
          <bdi>{title}</bdi>
        </div>
      ) : null}
    </>
  );
}

function Newest(props: Omit<TakenProps, 'which'>) {
  useLearnedSpan(props.domain);
  return <Taken {...props} which="newest" />;
}

interface TakenProps {
  domain: Domain;
  span: SnapshotSpan | null | undefined;
  which: 'newest' | 'oldest';
  now: number;
}

/** When a snapshot was taken: none, not read yet, or too many to read for this. */
function Taken({ domain, span, which, now }: TakenProps) {
  if (domain.snapshotCount === 0) return <span className={parts.dim}>–</span>;
  if (span === undefined) return <span className={parts.dim}>…</span>;
  if (span === null) return <Unread what="snapshots" />;
  const at = span[which];
  return at === null ? (
    <span className={parts.dim}>–</span>
  ) : (
    <time className={grids.cellLine} dateTime={new Date(at).toISOString()} title={formatDateTime(at)}>
      {formatTaken(at, now)}
    </time>
  );
}

/** Null for nothing that is known. */
function knownIn(total: SizeTotal | null | undefined): number | null {
  return total && total.parts.length > 0 ? bytesOf([total]) : null;
}

interface TotalProps {
  domain: Domain;
  total: SizeTotal | null | undefined;
  now: number;
}

/** What the snapshots take up, as far as it is known, and how many are not among that. */
function Total({ domain, total, now }: TotalProps) {
  if (domain.snapshotCount === 0) return <span className={parts.dim}>–</span>;
  if (total === undefined) return <span className={parts.dim}>…</span>;
  if (total === null) return <Unread what="sizes" />;
  const known = knownIn(total);
  const why = `${capital(totalWords(total))}, measured ${formatMoment(total.measuredAt, now)}\n${whatTotalIs}`;
  if (known === null)
    return (
      <span className={parts.dim} title={why}>
        {notReported}
      </span>
    );
  return (
    <div title={why}>
      {formatBytes(known)}
      {total.notReported > 0 ? <div className={parts.note}>{formatWhole(total.notReported)} not reported</div> : null}
    </div>
  );
}

function Unread({ what }: { what: string }) {
  return (
    <span className={parts.dim} title={`Open the domain to have its ${what} read.`}>
      not read yet
    </span>
  );
}

function Status({ domain, problem }: { domain: Domain; problem: HostProblem | undefined }) {
  const operation = useAppState((state) => operationOn(state, domainKey(domain)));
  if (operation) {
    const words = operation.kind === 'revert' ? phaseWords[operation.phase] : operationUnderWay(operation);
    return (
      <span className={styles.status}>
        <LoaderCircle size={14} className={parts.spin} aria-hidden="true" />
        <bdi className={grids.cellLine} title={words}>
          {words}
        </bdi>
      </span>
    );
  }
  if (!problem) return <span className={parts.dim}>–</span>;
  return (
    <span className={styles.status} title={problem.text}>
      <ProblemIcon level={problem.level} />
      <span className={grids.cellLine}>{problem.short}</span>
    </span>
  );
}
