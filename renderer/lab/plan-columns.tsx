import { formatDuration, formatMoment, stateLabel } from '../../shared/format.ts';
import { virshRevert } from '../../shared/operations/revert/virsh.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import type { GridColumn } from '../ui/row-grid.tsx';
import { assessmentOf, isLeftOut, type JudgedRow, type LabReview } from './flow.ts';

const minute = 60_000;

export const verdictLooks: Record<JudgedRow['verdict'], { text: string; look: string }> = {
  safe: { text: 'will work', look: 'ok' },
  risky: { text: 'risky', look: 'warn' },
  force: { text: 'needs force', look: 'warn' },
  out: { text: 'left out', look: 'outline' },
};

/** The columns of the plan; their widths are in `styles/lab.css`. */
export function planColumns(review: LabReview, now: number): GridColumn<JudgedRow>[] {
  return [
    {
      id: 'domain',
      header: 'Domain',
      cell: ({ row }) => (
        <>
          <div className="cell-name">
            <b title={row.domainName}>
              <bdi>{row.domainName}</bdi>
            </b>
            {row.plan?.protected ? <span className="chip outline">protected</span> : null}
          </div>
          <div className="note">
            <bdi>{row.hostName}</bdi>
          </div>
        </>
      ),
    },
    {
      id: 'target',
      header: 'Goes back to',
      cell: ({ row: { plan } }) =>
        plan ? (
          <>
            <div className="cell-line" title={plan.facts.snapshot.name}>
              <bdi>{plan.facts.snapshot.name}</bdi>
            </div>
            <div className="note">{formatMoment(plan.facts.snapshot.createdAt, now)}</div>
          </>
        ) : (
          <span className="dim">—</span>
        ),
    },
    {
      id: 'loss',
      header: 'Lost, or why it is left out',
      cell: ({ row, verdict, why }) =>
        verdict === 'out' ? (
          <div className="cell-lines" title={why ?? undefined}>
            {why}
          </div>
        ) : (
          <LossCell review={review} row={row} now={now} />
        ),
    },
    {
      id: 'after',
      header: 'Afterwards',
      cell: ({ row, verdict }) =>
        verdict === 'out' ? (
          <span className="dim">as it is</span>
        ) : (
          stateLabel(row.plan ? assessmentOf(review, row.plan).outcome : 'unknown')
        ),
    },
    {
      id: 'verdict',
      header: 'Verdict',
      cell: ({ verdict }) => <span className={`chip ${verdictLooks[verdict].look}`}>{verdictLooks[verdict].text}</span>,
    },
  ];
}

function LossCell({ review, row, now }: { review: LabReview; row: JudgedRow['row']; now: number }) {
  if (!row.plan) return null;
  const { facts } = row.plan;
  const span = now - facts.snapshot.createdAt;
  const [first, ...more] = assessmentOf(review, row.plan).losses;
  return (
    <>
      <div className="cell-line">
        {span < minute
          ? 'Less than a minute'
          : `${facts.current === facts.snapshot.name ? '' : 'Up to '}${formatDuration(span - (span % minute))}`}
      </div>
      <div className="note" title={first?.text}>
        {first?.text}
        {more.length > 0 ? ` +${more.length}` : ''}
      </div>
    </>
  );
}

interface PlanDetailProps {
  judged: JudgedRow;
  review: LabReview;
  /** Leaves the domain out, or takes it in again. */
  onLeaveOut: (leave: boolean) => void;
}

/** All that the plan of one domain says. */
export function PlanDetail({ judged: { row, verdict, why }, review, onLeaveOut }: PlanDetailProps) {
  if (isLeftOut(row, review))
    return (
      <div className="detail-text">
        <p>{why}</p>
        <Button onClick={() => onLeaveOut(false)}>Take in again</Button>
      </div>
    );
  if (!row.plan)
    return (
      <div className="detail-text">
        <p>{why}</p>
        {row.problem ? <p className="dim">{row.problem.next}</p> : null}
      </div>
    );
  const { losses, warnings, requirements, blockers } = assessmentOf(review, row.plan);
  const virsh = virshRevert(row.plan, { startState: review.startState, force: requirements.length > 0 });
  const { safety } = row.plan;
  const sentences = [...blockers, ...requirements, ...warnings].map(({ text }) => text);
  return (
    <div className="detail-text">
      {verdict !== 'out' && losses.length > 0 ? (
        <ul>
          {losses.map(({ code, text }) => (
            <li key={code + text}>{text}</li>
          ))}
        </ul>
      ) : null}
      {[...new Set(sentences)].map((text) => (
        <p key={text}>{text}</p>
      ))}
      {verdict !== 'out' ? (
        <p className="dim">
          {safety.available
            ? review.safetySnapshot
              ? `A safety snapshot is taken first (${safety.kind}, ${safety.memory ? 'with memory' : 'without memory'}).`
              : 'No safety snapshot is taken.'
            : `No safety snapshot can be taken. ${safety.reasons[0]?.text ?? ''}`}
        </p>
      ) : null}
      {verdict !== 'out' ? (
        <div className="virsh">
          <code title={virsh}>{virsh}</code>
          <CopyButton text={virsh} what="virsh command" />
        </div>
      ) : null}
      {verdict !== 'out' ? <Button onClick={() => onLeaveOut(true)}>Leave out</Button> : null}
    </div>
  );
}
