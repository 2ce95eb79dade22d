import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronUp, Download, Search } from 'lucide-react';
import { type KeyboardEvent, memo, useMemo, useRef, useState } from 'react';
import { formatWhole } from '../../../shared/format.ts';
import { matchesShortcut } from '../../commands/shortcuts.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Cross } from '../../ui/cross.tsx';
import forms from '../../ui/forms.module.css';
import { saveText } from '../../ui/save-text.ts';
import { cutAtMatches, findMatches, type Match, matchesByLine, mostMatches, XmlLines } from './xml-search.ts';
import type { XmlToken } from './xml-tokens.ts';
import styles from './xml-view.module.css';

const lineHeightPx = 18;
/** Shorter texts are drawn whole, so that they can be selected with the mouse from end to end. */
const manyLines = 1_500;
const estimate = () => lineHeightPx;
const none: readonly Match[] = [];

/** XML that can be searched, copied and saved. Only what is in sight of a long one exists. */
export const XmlView = memo(function XmlView({ xml, fileName }: { xml: string; fileName: string }) {
  const field = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLElement>(null);
  const [searched, setSearched] = useState('');
  const [at, setAt] = useState(0);
  const lines = useMemo(() => new XmlLines(xml), [xml]);
  const lower = useMemo(() => lines.texts.map((text) => text.toLowerCase()), [lines]);
  const widest = useMemo(() => Math.max(0, ...lower.map((line) => line.length)), [lower]);
  const matches = useMemo(() => findMatches(lower, searched), [lower, searched]);
  const byLine = useMemo(() => matchesByLine(matches), [matches]);
  const active = matches[at];
  const virtualizer = useVirtualizer<HTMLElement, HTMLDivElement>({
    count: lower.length,
    getScrollElement: () => scroller.current,
    estimateSize: estimate,
    overscan: lower.length > manyLines ? 20 : manyLines,
  });

  const show = (match: Match | undefined) => {
    if (!match) return;
    virtualizer.scrollToIndex(match.line, { align: 'center' });
    requestAnimationFrame(() => {
      scroller.current?.querySelector('mark[data-active]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    });
  };
  const search = (text: string) => {
    setSearched(text);
    setAt(0);
    show(findMatches(lower, text)[0]);
  };
  const go = (step: 1 | -1) => {
    if (matches.length === 0) return;
    const next = (at + step + matches.length) % matches.length;
    setAt(next);
    show(matches[next]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!matchesShortcut('Mod+F', event.nativeEvent)) return;
    event.preventDefault();
    field.current?.select();
  };
  const onSearchKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter') go(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape' && searched) search('');
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: its shortcut works wherever the focus is inside
    <div className={styles.view} onKeyDown={onKeyDown}>
      <div className={styles.bar}>
        <label className={`${forms.field} ${styles.field}`}>
          <Search size={13} aria-hidden="true" />
          <input
            ref={field}
            type="text"
            aria-label="Search the XML"
            placeholder="Search"
            autoComplete="off"
            spellCheck={false}
            value={searched}
            onChange={(event) => search(event.target.value)}
            onKeyDown={onSearchKey}
          />
          <span className={styles.count} role="status">
            {searched ? countOf(matches, at) : ''}
          </span>
          {searched ? <Cross label="Clear the search" onClick={() => search('')} /> : null}
        </label>
        <Button look="bare" aria-label="Previous match" disabled={matches.length === 0} onClick={() => go(-1)}>
          <ChevronUp size={14} aria-hidden="true" />
        </Button>
        <Button look="bare" aria-label="Next match" disabled={matches.length === 0} onClick={() => go(1)}>
          <ChevronDown size={14} aria-hidden="true" />
        </Button>
        <CopyButton text={xml} what="XML" label={null} />
        <Button look="quiet" aria-label="Save XML" onClick={() => saveText(fileName, xml)}>
          <Download size={13} aria-hidden="true" />
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section ref={scroller} className={styles.xml} tabIndex={0} aria-label="XML of the snapshot">
        <pre style={{ height: virtualizer.getTotalSize(), minWidth: `${widest}ch` }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const found = byLine.get(index) ?? none;
            return (
              <Line
                key={index}
                tokens={lines.tokens(index)}
                matches={found}
                active={active ? found.indexOf(active) : -1}
                top={start}
              />
            );
          })}
        </pre>
      </section>
    </div>
  );
});

interface LineProps {
  tokens: readonly XmlToken[];
  matches: readonly Match[];
  /** Which of the line's matches is the present one; -1 for none. */
  active: number;
  top: number;
}

const Line = memo(function Line({ tokens, matches, active, top }: LineProps) {
  return (
    <div className={styles.line} style={{ transform: `translateY(${top}px)` }}>
      {cutAtMatches(tokens, matches).map(({ kind, text, match }, n) => {
        return match === null ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: a piece has no identity beyond its place
          <span key={n} data-token={kind}>
            {text}
          </span>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a piece has no identity beyond its place
          <mark key={n} data-token={kind} data-active={match === active || undefined}>
            {text}
          </mark>
        );
      })}
      {'\n'}
    </div>
  );
});

function countOf(matches: readonly Match[], at: number): string {
  if (matches.length === 0) return 'none';
  const total = formatWhole(matches.length);
  return `${formatWhole(at + 1)} of ${total}${matches.length === mostMatches ? '+' : ''}`;
}
