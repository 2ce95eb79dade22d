import { CircleCheck, RefreshCw } from 'lucide-react';
import { formatAge, formatCount } from '../../shared/format.ts';
import { isHealthy } from '../../shared/health/assess.ts';
import type { Domain, Finding, HealthReport } from '../../shared/schema.ts';
import blocks from '../ui/blocks.module.css';
import { Button } from '../ui/button.tsx';
import { useAfter, useNow } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { ProblemView } from '../ui/problem-view.tsx';
import { FindingCard } from './finding-card.tsx';
import styles from './health.module.css';
import type { Health } from './use-health.ts';

const loadingAfterMs = 150;

/** What is not as it should be with a domain's snapshots, what can be done about it, and what was looked at. */
export function HealthPane({ domain, health }: { domain: Domain; health: Health }) {
  const { report, at, problem, busy, refresh } = health;
  const late = useAfter(loadingAfterMs, report === null);
  const now = useNow();
  if (report === null) {
    if (problem)
      return (
        <div className={blocks.empty} role="alert">
          <ProblemView problem={problem}>
            <Button onClick={refresh}>Try again</Button>
          </ProblemView>
        </div>
      );
    return late ? (
      <div className={blocks.empty} role="status">
        <p>
          Checking {domain.snapshotCount === null ? 'the snapshots' : formatCount(domain.snapshotCount, 'snapshot')} and
          the files that {domain.snapshotCount === 1 ? 'it' : 'they'} need…
        </p>
      </div>
    ) : (
      <div className={parts.grow} />
    );
  }
  return (
    <div className={styles.health}>
      <div className={styles.head}>
        <h2>{verdict(report)}</h2>
        <span className={parts.dim} role="status">
          {busy ? 'Checking again…' : `Checked ${formatAge(at, now)}`}
        </span>
        <Button look="icon" aria-label="Check again" tip="Check again" disabled={busy} onClick={refresh}>
          <RefreshCw size={14} className={busy ? parts.spin : undefined} aria-hidden="true" />
        </Button>
      </div>
      {problem ? (
        <div className={blocks.strip} role="alert">
          <span>
            {problem.what} {problem.next}
          </span>
        </div>
      ) : null}
      {report.findings.length === 0 ? (
        <p className={styles.well}>
          <CircleCheck size={18} aria-hidden="true" />
          <span>
            Everything that the snapshots of <bdi>{domain.name}</bdi> need is there, as far as libvirt reports.
          </span>
        </p>
      ) : (
        <ul className={styles.findings} aria-label="Findings">
          {report.findings.map((finding) => (
            <FindingCard key={finding.code + finding.what} domain={domain} finding={finding} />
          ))}
        </ul>
      )}
      <Looked title="What was checked" lines={report.checked} />
      {report.unchecked.length > 0 ? <Looked title="What could not be checked" lines={report.unchecked} /> : null}
    </div>
  );
}

/** How many findings there are to fix, in a few words. */
export function verdict({ findings }: HealthReport): string {
  const count = (level: Finding['level']) => findings.filter((each) => each.level === level).length;
  const [problems, warnings] = [count('broken'), count('warning')];
  if (problems + warnings === 0) return 'Healthy';
  return [
    ...(problems > 0 ? [formatCount(problems, 'problem')] : []),
    ...(warnings > 0 ? [formatCount(warnings, 'warning')] : []),
  ].join(', ');
}

/** The mark on the tab, once something is known that needs seeing to. */
export function HealthMark({ report }: { report: HealthReport | null }) {
  if (!report || isHealthy(report)) return null;
  const broken = report.findings.some(({ level }) => level === 'broken');
  const count = report.findings.filter(({ level }) => level !== 'note').length;
  return (
    <span className={styles.mark} data-tone={broken ? 'bad' : 'warn'} title={verdict(report)}>
      {count}
      <span className={parts.unseen}> to check</span>
    </span>
  );
}

function Looked({ title, lines }: { title: string; lines: readonly string[] }) {
  return (
    <section className={styles.looked} aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
