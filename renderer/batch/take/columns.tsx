import { modeWords } from '../../../shared/operations/create/draft.ts';
import type { createType } from '../../../shared/operations/create/type.ts';
import { Cautions, Unknowns } from '../../ui/cautions.tsx';
import parts from '../../ui/parts.module.css';
import grid from '../../ui/row-grid.module.css';
import type { GridColumn } from '../../ui/row-grid.tsx';
import { VirshLine } from '../../ui/virsh-line.tsx';
import type { JudgedRow, Planned } from '../kind.ts';

/** What is taken of each domain, and what that means for its guest. */
export function takeColumns(): GridColumn<JudgedRow<typeof createType>>[] {
  return [
    {
      id: 'target',
      header: 'Snapshot',
      cell: ({ planned, verdict }) =>
        planned && verdict !== 'out' ? (
          <>
            <div className={grid.cellLine} title={planned.choice.name}>
              <bdi>{planned.choice.name}</bdi>
            </div>
            <div className={parts.note}>{modeWords[planned.choice.mode]}</div>
          </>
        ) : (
          <span className={parts.dim}>—</span>
        ),
    },
    {
      id: 'effect',
      header: 'What happens, or why it is left out',
      cell: ({ planned, verdict, why }) =>
        planned && verdict !== 'out' ? (
          <EffectCell planned={planned} warning={why} />
        ) : (
          <div className={grid.cellLines} title={why ?? undefined}>
            {why}
          </div>
        ),
    },
  ];
}

function EffectCell({ planned, warning }: { planned: Planned<typeof createType>; warning: string | null }) {
  const [guest] = planned.assessment.notes;
  return (
    <>
      <div className={grid.cellLine} title={guest?.text}>
        {guest?.text}
      </div>
      <div className={parts.note} title={warning ?? undefined}>
        {warning}
      </div>
    </>
  );
}

/** All that the plan of one domain says. */
export function TakeDetail({
  planned: { assessment },
  isOut,
}: {
  planned: Planned<typeof createType>;
  isOut: boolean;
}) {
  const { blockers, notes, warnings, unknown, virsh } = assessment;
  if (isOut) return [...new Set(blockers.map(({ text }) => text))].map((text) => <p key={text}>{text}</p>);
  return (
    <>
      <ul>
        {notes.map(({ code, text }) => (
          <li key={code + text}>{text}</li>
        ))}
      </ul>
      <Cautions of={warnings} />
      <Unknowns of={unknown} />
      {virsh === null ? null : <VirshLine text={virsh} />}
    </>
  );
}
