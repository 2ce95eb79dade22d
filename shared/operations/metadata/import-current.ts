import type { SnapshotList, Statement } from '../../schema.ts';
import { isExternal, isUnknown } from './make-current.ts';

/** A snapshot that would be added, and the file that each disk writes to while the domain is at it. */
export interface Placed {
  readonly snapshot: SnapshotList['snapshots'][number];
  readonly places: ReadonlyMap<string, string>;
}
export interface CurrentCase {
  readonly added: readonly Placed[];
  readonly here: SnapshotList;
  /** The current snapshot that the file names. */
  readonly named: string | null;
  /** The file that each disk of the domain writes to now. */
  readonly active: ReadonlyMap<string, string>;
}
export interface CurrentChoice {
  readonly name: string | null;
  readonly text: string;
  /** Why nothing may be imported; null when it may. */
  readonly refusal: Statement | null;
}

/**
 * Which snapshot becomes the current one with an import:
 *
 * | here already    | tree     | the file's current one       | result                                          |
 * |-----------------|----------|------------------------------|-------------------------------------------------|
 * | has a current   | any      | any                          | stays                                           |
 * | no current      | internal | added                        | becomes current: it only decides on parents     |
 * | no current      | internal | none                         | none; one can be made current afterwards        |
 * | no current      | external | disks are where it left them | becomes current                                 |
 * | no current      | external | disks are elsewhere          | refused: a later revert would unlink overlays   |
 * | no current      | external | none, or not said            | the one where the disks are; if none, refused   |
 *
 * Without a current snapshot, a revert to an external one ends libvirtd itself (11.3.0). What is not known may be external.
 * Where it is not known which files a snapshot left the disks on, they are not there.
 */
export function chooseCurrent({ added, here, named, active }: CurrentCase): CurrentChoice {
  const told = (name: string | null, text: string): CurrentChoice => ({ name, text, refusal: null });
  if (here.current !== null) return told(null, `The current snapshot stays “${here.current}”.`);
  const external = [...here.snapshots, ...added.map(({ snapshot }) => snapshot)].some(
    (each) => isExternal(each) || isUnknown(each),
  );
  const asNamed = added.find(({ snapshot }) => snapshot.name === named);
  if (!external) {
    if (asNamed) return told(named, `“${named}” becomes the current snapshot, as it was.`);
    return told(null, 'The files name no current snapshot, so none is current until you make one current.');
  }
  const fitting = added.filter((placed) => fits(placed, active));
  const chosen = asNamed ?? fitting.toSorted((a, b) => b.snapshot.createdAt - a.snapshot.createdAt)[0];
  if (chosen && fitting.includes(chosen))
    return told(chosen.snapshot.name, `“${chosen.snapshot.name}” becomes the current snapshot: it matches the disks.`);
  return { name: null, text: 'No snapshot can be made current.', refusal: elsewhere(chosen, active) };
}

function elsewhere(chosen: Placed | undefined, active: ReadonlyMap<string, string>): Statement {
  const astray = chosen ? strays(chosen, active) : [];
  const which = chosen
    ? astray
        .map(([target, file]) => `${target} writes to ${active.get(target) ?? 'nothing'}, not to ${file}`)
        .join('; ') || 'its metadata does not say which files it used'
    : 'none of the snapshots matches the files that they write to';
  const whose = chosen ? `where “${chosen.snapshot.name}” left them` : 'where one of the snapshots left them';
  return {
    code: 'disks-elsewhere',
    text: `There are external snapshots, and the disks of this domain are not ${whose}: ${which}. With a revert, libvirt would then delete the wrong overlays, or crash. Define the domain with the disks that it had when the snapshots were exported, then import again.`,
  };
}

function fits(placed: Placed, active: ReadonlyMap<string, string>): boolean {
  return strays(placed, active).length === 0 && (placed.places.size > 0 || active.size === 0);
}

/** Disks that do not write where a snapshot left them. */
function strays({ places }: Placed, active: ReadonlyMap<string, string>): [string, string][] {
  return [...places].filter(([target, file]) => active.get(target) !== file);
}
