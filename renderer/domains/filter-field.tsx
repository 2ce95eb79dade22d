import { Search } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { openDomainView, openHostView, wantFocus } from '../store/actions.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import { Cross } from '../ui/cross.tsx';
import { focusHome } from '../ui/focus-home.ts';
import forms from '../ui/forms.module.css';
import { shownLines } from './shown-lines.ts';

/** What of the list is shown. Enter opens the first hit, Escape clears the field and then leaves it. */
export function FilterField() {
  const { store } = useApp();
  const filter = useAppState((state) => state.domainFilter);
  const setFilter = (domainFilter: string) => store.setState({ domainFilter });
  const leave = () => {
    const home = focusHome('domains');
    if (home !== true) home.focus();
  };
  const openFirst = () => {
    const { rows } = shownLines(store.getState());
    const domain = rows.find((row) => row.kind === 'domain');
    const host = rows.find((row) => row.kind === 'host');
    if (domain) {
      openDomainView(store, domain.key);
      leave();
      wantFocus(store, domain.key);
    } else if (host) openHostView(store, host.key);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const acts: Record<string, () => void> = {
      Escape: filter ? () => setFilter('') : leave,
      Enter: () => filter.trim() && openFirst(),
      ArrowDown: leave,
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  return (
    <label className={forms.field}>
      <Search size={13} aria-hidden="true" />
      <input
        id="domain-filter"
        type="text"
        aria-label="Filter hosts and domains"
        placeholder="Filter domains"
        autoComplete="off"
        spellCheck={false}
        value={filter}
        onChange={(event) => setFilter(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {filter ? <Cross label="Clear the filter of hosts and domains" onClick={() => setFilter('')} /> : null}
    </label>
  );
}
