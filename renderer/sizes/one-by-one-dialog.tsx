import { useEffect, useRef, useState } from 'react';
import { formatWhole } from '../../shared/format.ts';
import type { SnapshotSizes } from '../../shared/schema.ts';
import { freesInShort, measuredWords, notReported, whyUnknown } from '../../shared/sizes-words.ts';
import { closeDialog } from '../store/actions.ts';
import { problemOf } from '../store/api.ts';
import { type App, type Dialog, domainKey } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import parts from '../ui/parts.module.css';
import { PlainDialog } from '../ui/plain-dialog.tsx';
import { useFree } from '../ui/use-asked.ts';
import styles from './one-by-one.module.css';
import { measured } from './use-sizes.ts';

type Told = SnapshotSizes | { readonly failed: string };

/** What deleting each of some snapshots alone frees, where all together are too much to read; measured one after the other. */
export function OneByOneDialog({ dialog }: { dialog: Extract<Dialog, { kind: 'one-by-one' }> }) {
  const app = useApp();
  const { names } = dialog;
  const told = useOneByOne(app, dialog);
  const left = names.length - told.size;
  return (
    <PlainDialog title="What each one frees" width={460}>
      <div className={dialogs.body}>
        <p className={parts.dim}>
          This is what deleting that one alone frees. Together they may free more: what only these share is freed with
          the last of them.
        </p>
        <ul className={styles.list} aria-label="What each one frees">
          {names.map((name) => (
            <li key={name}>
              <bdi title={name}>{name}</bdi>
              <Freed told={told.get(name)} />
            </li>
          ))}
        </ul>
      </div>
      <div className={dialogs.foot}>
        <span className={dialogs.why} role="status">
          {left === 0 ? null : `${formatWhole(told.size)} of ${formatWhole(names.length)} measured…`}
        </span>
        <Button onClick={() => closeDialog(app.store)}>Close</Button>
      </div>
    </PlainDialog>
  );
}

function Freed({ told }: { told: Told | undefined }) {
  if (!told) return <span className={parts.dim}>…</span>;
  if ('failed' in told) return <span title={told.failed}>{notReported}</span>;
  const { frees, measuredAt } = told;
  if (!frees.known) return <span title={whyUnknown[frees.why]}>{freesInShort(frees)}</span>;
  return (
    <span>
      {freesInShort(frees)} <span className={parts.dim}>{measuredWords(measuredAt)}</span>
    </span>
  );
}

/** Measures one after the other for as long as it is shown, and not while the domain is being changed. */
function useOneByOne(
  { client, store }: App,
  { hostId, uuid, names }: Extract<Dialog, { kind: 'one-by-one' }>,
): ReadonlyMap<string, Told> {
  const [told, setTold] = useState<ReadonlyMap<string, Told>>(new Map());
  const done = useRef(new Set<string>());
  const key = domainKey({ hostId, uuid });
  const isFree = useFree(key);
  useEffect(() => {
    if (!isFree) return undefined;
    const stop = new AbortController();
    const { signal } = stop;
    const one = async (name: string): Promise<Told> => {
      try {
        const sizes = await client.sizes.of({ hostId, uuid, names: [name] }, { signal });
        if (!signal.aborted) measured(store, key, sizes);
        return sizes;
      } catch (error) {
        return { failed: problemOf(error).what };
      }
    };
    const all = async () => {
      for (const name of names) {
        if (done.current.has(name)) continue;
        const answer = await one(name);
        if (signal.aborted) return;
        done.current.add(name);
        setTold((before) => new Map(before).set(name, answer));
      }
    };
    void all();
    return () => stop.abort();
  }, [client, store, hostId, uuid, key, names, isFree]);
  return told;
}
