import type { DeleteAssessment } from '../../../shared/delete/assess.ts';
import { virshDelete } from '../../../shared/delete/virsh.ts';
import { formatCount } from '../../../shared/format.ts';
import type { DeleteMode, DeletePlan } from '../../../shared/schema.ts';
import { Cautions, Unknowns } from '../../ui/cautions.tsx';
import { TypedName } from '../../ui/typed-name.tsx';
import { VirshLine } from '../../ui/virsh-line.tsx';
import { listed, modeWords, moveSentences } from './words.ts';

interface DeleteReviewProps {
  plan: DeletePlan;
  mode: DeleteMode;
  assessment: DeleteAssessment;
  typedName: string;
  onMode: (mode: DeleteMode) => void;
  onTypedName: (name: string) => void;
}

const LINES = 50;
const modes = Object.keys(modeWords) as DeleteMode[];

/** Everything to read before a deletion: the ways to do it, and what goes, moves and is merged by the chosen one. */
export function DeleteReview({ plan, mode, assessment, typedName, onMode, onTypedName }: DeleteReviewProps) {
  const { goes, moves, merges, unlinks, current, blockers, warnings, unknowns, steps } = assessment;
  const { facts } = plan;
  return (
    <>
      <fieldset className="delete-modes">
        <legend className="unseen">What is deleted</legend>
        {modes.map((each) => (
          <label key={each} className="mode">
            <input type="radio" name="delete-mode" checked={mode === each} onChange={() => onMode(each)} />
            <span>
              <b>{plan.names.length > 1 && each === 'this' ? 'Only these' : modeWords[each].label}</b>
              <small>{modeWords[each].note}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {blockers.length > 0 ? (
        <section className="box impossible" role="alert">
          <h3>Not possible in this way</h3>
          {blockers.map(({ text }) => (
            <p key={text}>{text}</p>
          ))}
        </section>
      ) : null}
      {goes.length > 0 && blockers.length === 0 ? (
        <section className="box loss" aria-live="polite">
          <h3>
            {mode === 'metadata-only' ? 'libvirt forgets ' : 'This deletes '}
            {formatCount(goes.length, 'snapshot')}
          </h3>
          <ul>
            <li>
              <bdi>{listed(goes)}</bdi>:{' '}
              {mode === 'metadata-only' ? 'no way back to it through libvirt' : 'no way back to that state'}
            </li>
            {moveSentences(moves).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
            {merges.map(({ target, from, into }) => (
              <li key={target + from}>
                Disk {target}: what <File path={from} /> holds is merged down into <File path={into} />; no later data
                is lost
              </li>
            ))}
            {unlinks.map((file) => (
              <li key={file}>
                libvirt deletes <File path={file} />
              </li>
            ))}
            {current !== facts.current ? (
              <li>
                {current === null
                  ? 'No snapshot is current afterwards'
                  : `“${current}” is the current snapshot afterwards`}
              </li>
            ) : null}
          </ul>
        </section>
      ) : null}
      {goes.length === 0 ? <p className="dim">Nothing lies below, so nothing would be deleted.</p> : null}
      {blockers.length === 0 ? (
        <>
          <Cautions of={warnings} />
          <Unknowns of={unknowns} />
        </>
      ) : null}
      {goes.length > 0 && blockers.length === 0 ? (
        <p className="dim">The XML of what goes is kept in the history, where it can be saved.</p>
      ) : null}
      {plan.protected && blockers.length === 0 ? (
        <TypedName name={facts.domain.name} value={typedName} onChange={onTypedName} />
      ) : null}
      {steps.length > 0 && blockers.length === 0 ? (
        <VirshLine text={linesShown(virshDelete(plan.virsh, steps)).join('\n')} />
      ) : null}
    </>
  );
}

/** Lines for a shell; of very many those that say how the others go. */
function linesShown(lines: readonly string[]): string[] {
  const rest = lines.length - LINES;
  return rest > 0 ? [...lines.slice(0, LINES), `# … and ${rest} more like these`] : [...lines];
}

/** The name of a file; its folder on hover. */
function File({ path }: { path: string }) {
  return (
    <span className="mono" title={path}>
      {path.slice(path.lastIndexOf('/') + 1)}
    </span>
  );
}
