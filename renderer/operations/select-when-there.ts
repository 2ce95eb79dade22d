import { selectRow } from '../store/actions.ts';
import { openTree } from '../store/selectors.ts';
import type { AppStore } from '../store/store.ts';

/** How long the history may take to show what was made or renamed. */
const historyPatienceMs = 3_000;

/** Selects a row as soon as the history has it. */
export async function selectWhenThere(store: AppStore, row: string): Promise<void> {
  const there = () => openTree(store.getState())?.byKey.has(row) ?? false;
  if (!there())
    await new Promise<void>((resolve) => {
      const timer = setTimeout(done, historyPatienceMs);
      const stop = store.subscribe(() => there() && done());
      function done() {
        clearTimeout(timer);
        stop();
        resolve();
      }
    });
  if (!there()) return;
  selectRow(store, row);
  // It is drawn by then, so that the focus finds it.
  await new Promise((resolve) => setTimeout(resolve));
}
