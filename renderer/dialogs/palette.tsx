// biome-ignore-all lint/a11y/useFocusableInteractive: the focus stays in the field, which points to the active option
// biome-ignore-all lint/a11y/noAutofocus: what is typed goes on right after the key that opens it, in the same moment
// biome-ignore-all lint/a11y/useKeyWithClickEvents: its keys are handled in the field
import { Dialog } from '@base-ui/react/dialog';
import { LoaderCircle, Search, Server } from 'lucide-react';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { formatWhole } from '../../shared/format.ts';
import { commandIcons } from '../commands/icons.ts';
import { shortcutKeys } from '../commands/shortcuts.ts';
import { closeDialog } from '../store/actions.ts';
import { loadSnapshotNames, namesMissing } from '../store/snapshot-names.ts';
import { useApp, useAppState } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import { focusHome } from '../ui/focus-home.ts';
import { StateGlyph } from '../ui/glyphs.tsx';
import parts from '../ui/parts.module.css';
import styles from './palette.module.css';
import {
  firstChoice,
  type PaletteItem,
  type PaletteLook,
  type PaletteSection,
  paletteSections,
} from './palette-items.ts';
import { inParts } from './palette-match.ts';

const label = 'Find a domain, snapshot or command';

/** Finds a domain, a snapshot of any connected domain, or a command. */
export function Palette() {
  const app = useApp();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState('');
  const sections = useSections(query);
  const items = sections.flatMap((section) => section.items);
  const [active, setActive] = useActive(query, sections);
  const at = items.findIndex(({ key }) => key === active);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when another one is the active one
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const choose = (item: PaletteItem | undefined, details: boolean) => {
    if (!item) return;
    closeDialog(app.store);
    // The focus goes back first; then what was chosen may take it.
    setTimeout(() => item.choose(details));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const from = at < 0 && step < 0 ? 0 : at;
      setActive(items[(from + step + items.length) % items.length]?.key ?? null);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(items[at], event.ctrlKey || event.metaKey);
    }
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeDialog(app.store)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialogs.veil} />
        <Dialog.Popup
          className={`${dialogs.dialog} ${styles.palette}`}
          initialFocus={input}
          finalFocus={() => focusHome('history')}
        >
          <Dialog.Title className={parts.unseen}>{label}</Dialog.Title>
          <div className={styles.field}>
            <Search size={15} aria-hidden="true" />
            <input
              ref={input}
              autoFocus
              type="text"
              role="combobox"
              aria-label={label}
              aria-expanded="true"
              aria-controls="palette-list"
              aria-activedescendant={at >= 0 ? `palette-${at}` : undefined}
              placeholder={label}
              autoComplete="off"
              spellCheck={false}
              value={query}
              onChange={(event) => setQuery(event.target.value)}
              onKeyDown={onKeyDown}
            />
          </div>
          <div ref={list} id="palette-list" role="listbox" aria-label="Results" className={styles.list}>
            {sections.map((section) => (
              <Section
                key={section.group}
                section={section}
                first={items.indexOf(section.items[0] as PaletteItem)}
                active={active}
                onActive={setActive}
                onChoose={choose}
              />
            ))}
          </div>
          {items.length === 0 ? <p className={styles.none}>Nothing matches.</p> : null}
          <Keys />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** What is found now; names of snapshots come while the palette is open and something is looked for. */
function useSections(query: string): PaletteSection[] {
  const app = useApp();
  const names = useAppState((state) => state.snapshotNames);
  const domains = useAppState((state) => state.domains);
  const isLookingFor = query.trim() !== '';
  const hosts = useAppState(
    (state) => state.hosts.filter(({ connection }) => connection.status === 'connected').length,
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a host that has come is asked, too
  useEffect(() => {
    if (!isLookingFor) return;
    const stop = new AbortController();
    void loadSnapshotNames(app, stop.signal);
    return () => stop.abort();
  }, [app, isLookingFor, hosts]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads them from the store itself
  return useMemo(() => paletteSections(app, query), [app, query, names, domains]);
}

/** The key of the active line: at first the best that destroys nothing, and what comes later takes nothing from it. */
function useActive(query: string, sections: readonly PaletteSection[]): [string | null, (key: string | null) => void] {
  const [chosen, setChosen] = useState<{ query: string; key: string | null } | null>(null);
  const isThere = (key: string | null) => sections.some(({ items }) => items.some((item) => item.key === key));
  const kept = chosen && chosen.query === query && isThere(chosen.key) ? chosen.key : null;
  const active = kept ?? firstChoice(sections)?.key ?? null;
  useEffect(() => setChosen({ query, key: active }), [query, active]);
  return [active, (key) => setChosen({ query, key })];
}

interface SectionProps {
  section: PaletteSection;
  /** The place of its first line among all. */
  first: number;
  active: string | null;
  onActive: (key: string) => void;
  onChoose: (item: PaletteItem, details: boolean) => void;
}

function Section({ section: { group, items, found }, first, active, onActive, onChoose }: SectionProps) {
  const loading = useAppState((state) => (group === 'Snapshots' ? namesMissing(state).loading : null));
  const unasked = useAppState((state) => (group === 'Snapshots' ? namesMissing(state).unasked : null));
  if (items.length === 0 && loading === null) return null;
  const count = found > items.length ? `${formatWhole(items.length)} of ${formatWhole(found)}` : formatWhole(found);
  const told = group === 'Domains' || group === 'Snapshots' ? count : null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a list of options
    <div role="group" aria-label={group}>
      <div role="presentation" className={styles.group}>
        <span>{group}</span>
        <span>{unasked ?? told}</span>
      </div>
      {items.map((item, place) => (
        <div
          key={item.key}
          id={`palette-${first + place}`}
          role="option"
          aria-selected={item.key === active}
          className={styles.item}
          data-danger={item.danger || undefined}
          onPointerMove={() => onActive(item.key)}
          onClick={(event) => onChoose(item, event.ctrlKey || event.metaKey)}
        >
          <Item item={item} active={item.key === active} />
        </div>
      ))}
      {loading === null ? null : (
        <div role="presentation" className={styles.loading}>
          <LoaderCircle size={14} className={parts.spin} aria-hidden="true" />
          <span role="status">{loading}</span>
        </div>
      )}
    </div>
  );
}

function Item({ item, active }: { item: PaletteItem; active: boolean }) {
  const { text, about, note, shortcut, danger, look, ranges } = item;
  const keys = shortcut ?? (active && look.kind !== 'command' ? 'Enter' : undefined);
  return (
    <>
      <span className={styles.icon} aria-hidden="true">
        <Look look={look} />
      </span>
      <bdi className={styles.text}>
        {inParts(text, ranges).map((part, at) =>
          // biome-ignore lint/suspicious/noArrayIndexKey: they are pieces of one text
          part.found ? <mark key={at}>{part.text}</mark> : part.text,
        )}
      </bdi>
      <bdi className={styles.about}>{about}</bdi>
      {note ? <bdi className={styles.note}>{note}</bdi> : null}
      {danger ? <span className={styles.note}>asks first</span> : null}
      {keys ? <kbd>{shortcutKeys(keys).join(' ')}</kbd> : null}
    </>
  );
}

function Look({ look }: { look: PaletteLook }) {
  if (look.kind === 'domain') return <StateGlyph state={look.state} />;
  if (look.kind === 'snapshot') return <i className={styles.dot} />;
  const Icon = look.kind === 'command' ? commandIcons[look.id] : Server;
  return Icon ? <Icon size={14} /> : null;
}

/** What the keys do. */
function Keys() {
  const mod = shortcutKeys('Mod')[0];
  return (
    <div className={styles.keys} aria-hidden="true">
      <span>
        <kbd>↑</kbd> <kbd>↓</kbd> choose
      </span>
      <span>
        <kbd>Enter</kbd> open
      </span>
      <span>
        <kbd>{mod} Enter</kbd> open details
      </span>
      <span>
        <kbd>Esc</kbd> close
      </span>
    </div>
  );
}
