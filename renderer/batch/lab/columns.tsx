import { formatMoment, formatSpan, stateLabel } from '../../../shared/format.ts';
import type { revertType } from '../../../shared/operations/revert/type.ts';
import { virshRevert } from '../../../shared/operations/revert/virsh.ts';
import type { GridColumn } from '../../ui/grid/columns.ts';
import grids from '../../ui/grid/grid.module.css';
import parts from '../../ui/parts.module.css';
import { VirshLine } from '../../ui/virsh-line.tsx';
import type { JudgedRow, Planned } from '../kind.ts';
import type { LabOptions } from './kind.ts';

const minute = 60_000;

/** What each domain goes back to, and what that costs. */
export function labColumns(_options: LabOptions, now: number): GridColumn<JudgedRow<typeof revertType>>[] {
  return [
    {
      id: 'target',
      header: 'Reverts to',
      share: 0.9,
      min: 110,
      goes: 2,
      cell: ({ row: { plan } }) =>
        plan ? (
          <>
            <div className={grids.cellLine} title={plan.facts.snapshot.name}>
              <bdi>{plan.facts.snapshot.name}</bdi>
            </div>
            <div className={parts.note}>{formatMoment(plan.facts.snapshot.createdAt, now)}</div>
          </>
        ) : (
          <span className={parts.dim}>—</span>
        ),
    },
    {
      id: 'effect',
      header: 'What is lost, or why it is left out',
      share: 1.6,
      min: 150,
      wants: 220,
      cell: ({ planned, verdict, why }) =>
        verdict === 'out' || !planned ? (
          <div className={grids.cellLines} title={why ?? undefined}>
            {why}
          </div>
        ) : (
          <LossCell planned={planned} now={now} />
        ),
    },
    {
      id: 'after',
      header: 'Afterwards',
      width: 84,
      goes: 1,
      cell: ({ planned, verdict }) =>
        verdict === 'out' || !planned ? (
          <span className={parts.dim}>as it is</span>
        ) : (
          stateLabel(planned.assessment.outcome)
        ),
    },
  ];
}

function LossCell({ planned, now }: { planned: Planned<typeof revertType>; now: number }) {
  const { facts } = planned.plan;
  const span = now - facts.snapshot.createdAt;
  const [first, ...more] = planned.assessment.losses;
  return (
    <>
      <div className={grids.cellLine}>
        {span < minute
          ? 'Less than a minute'
          : `${facts.current === facts.snapshot.name ? '' : 'Up to '}${formatSpan(span, 'up')}`}
      </div>
      <div className={parts.note} title={first?.text}>
        {first?.text}
        {more.length > 0 ? ` +${more.length}` : ''}
      </div>
    </>
  );
}

/** All that the plan of one domain says. */
export function LabDetail({
  planned: { plan, choice, assessment },
  isOut,
}: {
  planned: Planned<typeof revertType>;
  isOut: boolean;
}) {
  const { losses, warnings, requirements, blockers } = assessment;
  const sentences = [...blockers, ...requirements, ...warnings].map(({ text }) => text);
  const { safety } = plan;
  return (
    <>
      {isOut || losses.length === 0 ? null : (
        <ul>
          {losses.map(({ code, text }) => (
            <li key={code + text}>{text}</li>
          ))}
        </ul>
      )}
      {[...new Set(sentences)].map((text) => (
        <p key={text}>{text}</p>
      ))}
      {isOut ? null : (
        <>
          <p className={parts.dim}>
            {safety.available
              ? choice.safetySnapshot
                ? `A safety snapshot is taken first (${safety.kind}, ${safety.memory ? 'with memory' : 'without memory'}).`
                : 'No safety snapshot is taken.'
              : `No safety snapshot can be taken. ${safety.reasons[0]?.text ?? ''}`}
          </p>
          <VirshLine text={virshRevert(plan, { ...choice, force: requirements.length > 0 })} />
        </>
      )}
    </>
  );
}
