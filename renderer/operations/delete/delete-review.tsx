import { useId, useMemo } from 'react';
import { formatCount } from '../../../shared/format.ts';
import { lostSentence } from '../../../shared/operations/delete/lost.ts';
import type { OperationTypes } from '../../../shared/operations/registry.ts';
import type { DeleteMode, DeletePlan } from '../../../shared/schema.ts';
import boxes from '../../ui/box.module.css';
import { Cautions, Unknowns } from '../../ui/cautions.tsx';
import parts from '../../ui/parts.module.css';
import { assessmentOf, choose, type Review } from '../flow.ts';
import type { Control } from '../use-operation.ts';
import styles from './delete.module.css';
import { Frees, useEachFrees, WhenMeasured } from './frees.tsx';
import { modesFor, modeWords, moveSentences } from './words.ts';

type Delete = OperationTypes['delete'];

/** Everything to read before a deletion: the ways to do it, and what goes, moves and is merged by the chosen one. */
export function DeleteReview({ control, review }: { control: Control<Delete>; review: Review<Delete> }) {
  const { plan, choice } = review;
  const { blockers } = assessmentOf(control.type, review);
  const id = useId();
  const going = useMemo(() => goingBy(control.type, plan), [control.type, plan]);
  const frees = useEachFrees(plan, going);
  return (
    <>
      <fieldset className={styles.modes}>
        <legend className={parts.unseen}>What is deleted</legend>
        {modesFor(plan).map((each) => {
          const { one, several, note, frees: always } = modeWords[each];
          return (
            <label key={each} className={styles.mode}>
              <input
                type="radio"
                name="delete-mode"
                aria-labelledby={`${id}-${each}`}
                aria-describedby={`${id}-${each}-note ${id}-${each}-frees`}
                checked={choice.mode === each}
                onChange={() => control.reconsider(choose(control.type, review, { mode: each }))}
              />
              <b id={`${id}-${each}`}>{plan.names.length > 1 ? several : one}</b>
              {always === undefined ? (
                <Frees id={`${id}-${each}-frees`} asked={frees[each]} />
              ) : (
                <small id={`${id}-${each}-frees`}>{always}</small>
              )}
              <small id={`${id}-${each}-note`} className={styles.note}>
                {note}
              </small>
            </label>
          );
        })}
        <WhenMeasured each={frees} />
      </fieldset>
      {blockers.length > 0 ? (
        <section className={boxes.box} data-look="impossible" role="alert">
          <h3>Not possible this way</h3>
          {blockers.map(({ text }) => (
            <p key={text}>{text}</p>
          ))}
        </section>
      ) : null}
      {blockers.length === 0 ? <Effects control={control} review={review} /> : null}
    </>
  );
}

/** What each way deletes, of the ways that are possible. */
function goingBy(type: Delete, plan: DeletePlan): ReadonlyMap<DeleteMode, readonly string[]> {
  const ways = modesFor(plan).map((mode) => [mode, type.assess(plan, plan.facts, { mode })] as const);
  return new Map(ways.flatMap(([mode, { blockers, goes }]) => (blockers.length > 0 ? [] : [[mode, goes] as const])));
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
            <bdi>{lostSentence({ goes }, mode)}</bdi>
          </li>
          {moveSentences(moves).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
          {merges.map(({ target, from, into }) => (
            <li key={target + from}>
              Disk {target}: <File path={from} /> is merged into <File path={into} />. No later data is lost
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
      <p className={parts.dim}>The XML of what is deleted is kept in Activity.</p>
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
