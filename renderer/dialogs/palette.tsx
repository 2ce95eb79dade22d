// biome-ignore-all lint/a11y/useFocusableInteractive: the focus stays in the field, which points to the active option
// biome-ignore-all lint/a11y/useKeyWithClickEvents: its keys are handled in the field
import { Dialog } from '@base-ui/react/dialog';
import { Search } from 'lucide-react';
import { Fragment, type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { shortcutKeys } from '../commands/shortcuts.ts';
import { closeDialog } from '../store/actions.ts';
import { useApp } from '../ui/context.tsx';
import dialogs from '../ui/dialog.module.css';
import { focusHome } from '../ui/focus-home.ts';
import parts from '../ui/parts.module.css';
import styles from './palette.module.css';
import { type PaletteItem, paletteItems } from './palette-items.ts';

/** Finds a domain, a snapshot of the open domain, or a command. */
export function Palette() {
  const app = useApp();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const items = useMemo(() => paletteItems(app, query), [app, query]);
  const chosen = useRef<PaletteItem | null>(null);
  useEffect(() => {
    list.current?.querySelector(`[data-at="${active}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const choose = (item: PaletteItem | undefined) => {
    if (!item) return;
    chosen.current = item;
    closeDialog(app.store);
    // The focus goes back first; then what was chosen may take it.
    setTimeout(item.choose);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (items.length > 0) setActive((active + step + items.length) % items.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(items[active]);
    }
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && closeDialog(app.store)}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialogs.veil} />
        <Dialog.Popup
          className={`${dialogs.dialog} ${styles.palette}`}
          initialFocus={input}
          finalFocus={() => (chosen.current?.group === 'Domains' ? focusHome('domains') : focusHome('history'))}
        >
          <Dialog.Title className={parts.unseen}>Find a domain, snapshot or command</Dialog.Title>
          <div className={styles.field}>
            <Search size={15} aria-hidden="true" />
            <input
              ref={input}
              type="text"
              role="combobox"
              aria-label="Find a domain, snapshot or command"
              aria-expanded="true"
              aria-controls="palette-list"
              aria-activedescendant={items.length > 0 ? `palette-${active}` : undefined}
              placeholder="Find a domain, snapshot or command"
              autoComplete="off"
              spellCheck={false}
              value={query}
              onChange={(event) => {
                setQuery(event.target.value);
                setActive(0);
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          <div ref={list} id="palette-list" role="listbox" aria-label="Results" className={styles.list}>
            {items.map((item, at) => (
              <Fragment key={item.key}>
                {items[at - 1]?.group !== item.group ? (
                  <div role="presentation" className={styles.group}>
                    {item.group}
                  </div>
                ) : null}
                <div
                  id={`palette-${at}`}
                  role="option"
                  aria-selected={at === active}
                  className={styles.item}
                  data-at={at}
                  onPointerMove={() => setActive(at)}
                  onClick={() => choose(item)}
                >
                  <bdi className={styles.text}>{item.text}</bdi>
                  {item.note ? <bdi className={styles.note}>{item.note}</bdi> : null}
                  {item.shortcut ? <kbd>{shortcutKeys(item.shortcut).join(' ')}</kbd> : null}
                </div>
              </Fragment>
            ))}
          </div>
          {items.length === 0 ? <p className={styles.none}>Nothing matches.</p> : null}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
