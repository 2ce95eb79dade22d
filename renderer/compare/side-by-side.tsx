import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronUp } from 'lucide-react';
import { memo, type ReactNode, useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { differingPieces } from '../../shared/config-diff/tell.ts';
import { formatCount } from '../../shared/format.ts';
import type { ConfigLine } from '../../shared/schema.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import parts from '../ui/parts.module.css';
import compare from './compare.module.css';
import styles from './side-by-side.module.css';

const lineHeightPx = 20;
const estimate = () => lineHeightPx;

interface SideBySideProps {
  lines: readonly ConfigLine[];
  left: string;
  right: string;
}

/** Two XML texts in one scroller, line beside line. */
export function SideBySide({ lines, left, right }: SideBySideProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  const starts = useMemo(() => differenceStarts(lines), [lines]);
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: estimate,
    overscan: 12,
  });
  const go = (step: 1 | -1) => {
    if (starts.length === 0) return;
    const next = active < 0 && step < 0 ? starts.length - 1 : (active + step + starts.length) % starts.length;
    setActive(next);
    virtualizer.scrollToIndex(starts[next] ?? 0, { align: 'center' });
  };
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'F7' || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    go(event.shiftKey ? -1 : 1);
  });
  // Anywhere in the dialog: the focus may be on any of its buttons.
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it opens
  useLayoutEffect(() => {
    if (starts[0] !== undefined) virtualizer.scrollToIndex(starts[0], { align: 'center' });
  }, []);
  return (
    <section className={styles.xml} aria-label="XML side by side">
      <div className={compare.bar}>
        <h3>XML</h3>
        <span className={`${parts.dim} ${compare.hint}`}>
          {starts.length === 0 ? 'alike, ' : ''}without run-time values
        </span>
        {starts.length > 0 ? (
          <span className={styles.steps}>
            <span className={parts.dim} role="status">
              {active < 0 ? formatCount(starts.length, 'difference') : `${active + 1} of ${starts.length}`}
            </span>
            <Button
              look="icon"
              aria-label="Previous difference"
              tip="Previous difference (Shift+F7)"
              onClick={() => go(-1)}
            >
              <ChevronUp size={14} aria-hidden="true" />
            </Button>
            <Button look="icon" aria-label="Next difference" tip="Next difference (F7)" onClick={() => go(1)}>
              <ChevronDown size={14} aria-hidden="true" />
            </Button>
          </span>
        ) : null}
      </div>
      <div className={styles.sides}>
        <SideTitle text={left} lines={lines} side="left" />
        <SideTitle text={right} lines={lines} side="right" />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a virtual table, which <table> can't be */}
      <div
        ref={scroller}
        className={styles.scroll}
        role="table"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={`XML of ${left} beside ${right}`}
        aria-rowcount={lines.length}
      >
        <div className={styles.lines} style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const line = lines[index];
            return line ? (
              // biome-ignore lint/a11y/useSemanticElements: a virtual table, which <table> can't be
              // biome-ignore lint/a11y/useFocusableInteractive: it is read, not acted on
              <div
                key={index}
                ref={virtualizer.measureElement}
                data-index={index}
                role="row"
                aria-rowindex={index + 1}
                className={styles.line}
                data-kind={line.kind}
                data-active={index === starts[active] || undefined}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Cells line={line} />
              </div>
            ) : null;
          })}
        </div>
      </div>
    </section>
  );
}

function SideTitle({ text, lines, side }: { text: string; lines: readonly ConfigLine[]; side: 'left' | 'right' }) {
  const xml = useMemo(() => lines.flatMap((line) => line[side] ?? []).join('\n'), [lines, side]);
  return (
    <div data-side={side}>
      <span className={styles.sign} aria-hidden="true">
        {side === 'left' ? '−' : '+'}
      </span>
      <bdi title={text}>{text}</bdi>
      <CopyButton text={xml} what={`XML of ${text}`} label={null} />
    </div>
  );
}

const Cells = memo(function Cells({ line: { kind, left, right } }: { line: ConfigLine }) {
  if (kind === 'changed' && left !== null && right !== null) {
    const [before, after] = differingPieces(left, right);
    return (
      <>
        <Cell side="left" text={left} sign="−" said="changed from">
          {before.head}
          <mark>{before.middle}</mark>
          {before.tail}
        </Cell>
        <Cell side="right" text={right} sign="+" said="to">
          {after.head}
          <mark>{after.middle}</mark>
          {after.tail}
        </Cell>
      </>
    );
  }
  return (
    <>
      <Cell side="left" text={left} {...(kind === 'removed' ? { sign: '−', said: 'removed' } : {})} />
      <Cell side="right" text={right} {...(kind === 'added' ? { sign: '+', said: 'added' } : {})} />
    </>
  );
});

interface CellProps {
  side: 'left' | 'right';
  text: string | null;
  sign?: string;
  said?: string;
  /** The text in pieces. */
  children?: ReactNode;
}

function Cell({ side, text, sign = '', said, children = text }: CellProps) {
  const depth = text === null ? 0 : text.length - text.trimStart().length;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual table, which <table> can't be
    <div role="cell" data-side={side} data-blank={text === null || undefined}>
      <span className={styles.sign} aria-hidden="true">
        {sign}
      </span>
      <code style={{ '--depth': depth }}>
        {said ? <span className={parts.unseen}>{said} </span> : null}
        {children}
      </code>
    </div>
  );
}

/** Where each run of lines that differ begins. */
function differenceStarts(lines: readonly ConfigLine[]): number[] {
  return lines.flatMap(({ kind }, index) => (kind !== 'same' && lines[index - 1]?.kind !== kind ? [index] : []));
}
