import { modeWords } from '../../../shared/operations/create/draft.ts';
import type { createType } from '../../../shared/operations/create/type.ts';
import { Cautions, Unknowns } from '../../ui/cautions.tsx';
import type { GridColumn } from '../../ui/grid/columns.ts';
import grids from '../../ui/grid/grid.module.css';
import parts from '../../ui/parts.module.css';
import { VirshLine } from '../../ui/virsh-line.tsx';
import type { JudgedRow, Planned } from '../kind.ts';

/** What is taken of each domain, and what that means for its guest. */
export function takeColumns(): GridColumn<JudgedRow<typeof createType>>[] {
  return [
    {
      id: 'target',
      header: 'Snapshot',
      share: 1.1,
      min: 150,
      goes: 1,
      cell: ({ planned, verdict }) =>
        planned && verdict !== 'out' ? (
          <>
            <div className={grids.cellLine} title={planned.choice.name}>
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
      share: 1.6,
      min: 160,
      wants: 220,
      cell: ({ planned, verdict, why }) =>
        planned && verdict !== 'out' ? (
          <EffectCell planned={planned} warning={why} />
        ) : (
          <div className={grids.cellLines} title={why ?? undefined}>
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
      <div className={grids.cellLine} title={guest?.text}>
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
