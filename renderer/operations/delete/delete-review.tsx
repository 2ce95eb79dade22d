import { formatCount } from '../../../shared/format.ts';
import type { OperationTypes } from '../../../shared/operations/registry.ts';
import type { DeleteMode } from '../../../shared/schema.ts';
import boxes from '../../ui/box.module.css';
import { Cautions, Unknowns } from '../../ui/cautions.tsx';
import parts from '../../ui/parts.module.css';
import { assessmentOf, choose, type Review } from '../flow.ts';
import type { Control } from '../use-operation.ts';
import styles from './delete.module.css';
import { listed, modeWords, moveSentences } from './words.ts';

type Delete = OperationTypes['delete'];
const modes = Object.keys(modeWords) as DeleteMode[];

/** Everything to read before a deletion: the ways to do it, and what goes, moves and is merged by the chosen one. */
export function DeleteReview({ control, review }: { control: Control<Delete>; review: Review<Delete> }) {
  const { plan, choice } = review;
  const { blockers } = assessmentOf(control.type, review);
  return (
    <>
      <fieldset className={styles.modes}>
        <legend className={parts.unseen}>What is deleted</legend>
        {modes.map((each) => (
          <label key={each} className={styles.mode}>
            <input
              type="radio"
              name="delete-mode"
              checked={choice.mode === each}
              onChange={() => control.reconsider(choose(control.type, review, { mode: each }))}
            />
            <span>
              <b>{plan.names.length > 1 && each === 'this' ? 'Only these' : modeWords[each].label}</b>
              <small>{modeWords[each].note}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {blockers.length > 0 ? (
        <section className={boxes.box} data-look="impossible" role="alert">
          <h3>Not possible in this way</h3>
          {blockers.map(({ text }) => (
            <p key={text}>{text}</p>
          ))}
        </section>
      ) : null}
      {blockers.length === 0 ? <Effects control={control} review={review} /> : null}
    </>
  );
}

function Effects({ control, review }: { control: Control<Delete>; review: Review<Delete> }) {
  const { goes, moves, merges, unlinks, current, warnings, unknowns } = assessmentOf(control.type, review);
  const { facts } = review.plan;
  const { mode } = review.choice;
  return (
    <>
      <section className={boxes.box} data-look="loss" aria-live="polite">
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
              Disk {target}: what <File path={from} /> holds is merged down into <File path={into} />; no later data is
              lost
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
      <Cautions of={warnings} />
      <Unknowns of={unknowns} />
      <p className={parts.dim}>The XML of what goes is kept in Activity, where it can be saved.</p>
    </>
  );
}

/** The name of a file; its folder on hover. */
function File({ path }: { path: string }) {
  return (
    <span className={parts.mono} title={path}>
      {path.slice(path.lastIndexOf('/') + 1)}
    </span>
  );
}
