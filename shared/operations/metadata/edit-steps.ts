/** The snapshot to edit, as far as the steps depend on it. */
export interface Edited {
  readonly name: string;
  readonly description: string;
  readonly current: boolean;
  /** Names of its children. */
  readonly children: readonly string[];
}
export interface Edit {
  readonly name: string;
  readonly description: string;
}

/** One request to libvirt. */
export type EditStep =
  /** The snapshot itself, under its name. */
  | { readonly kind: 'describe'; readonly snapshot: string }
  /** The same metadata again, under another name; `current`: as the current snapshot, which the old one was. */
  | { readonly kind: 'add'; readonly snapshot: string; readonly from: string; readonly current: boolean }
  /** A child, pointed at its parent's new name. */
  | { readonly kind: 'point'; readonly snapshot: string; readonly parent: string }
  /** The metadata under the old name; by now nothing hangs on it. */
  | { readonly kind: 'forget'; readonly snapshot: string };

/**
 * What libvirt is asked for, in this order; nothing when nothing changes. Until the last step of a renaming everything
 * that was there is still there.
 */
export function editSteps(edited: Edited, { name, description }: Edit): EditStep[] {
  if (name === edited.name) return description === edited.description ? [] : [{ kind: 'describe', snapshot: name }];
  return [
    { kind: 'add', snapshot: name, from: edited.name, current: edited.current },
    ...edited.children.map((child): EditStep => ({ kind: 'point', snapshot: child, parent: name })),
    { kind: 'forget', snapshot: edited.name },
  ];
}

const words: { readonly [K in EditStep['kind']]: (step: Extract<EditStep, { kind: K }>) => string } = {
  describe: ({ snapshot }) => `“${snapshot}” is redefined with the new description.`,
  add: ({ snapshot, from }) => `“${snapshot}” is added with the metadata of “${from}”.`,
  point: ({ snapshot, parent }) => `“${snapshot}” is redefined as a child of “${parent}”.`,
  forget: ({ snapshot }) => `The metadata with the old name “${snapshot}” is removed. No data is touched.`,
};

/** One step in a sentence. */
export function editStepText<K extends EditStep['kind']>(step: Extract<EditStep, { kind: K }>): string {
  return words[step.kind as K](step);
}
