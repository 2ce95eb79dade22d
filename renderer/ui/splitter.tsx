import type { KeyboardEvent, PointerEvent } from 'react';
import styles from './splitter.module.css';

const stepPx = 24;

interface SplitterProps {
  label: string;
  /** Of the pane that it stands in, px. */
  width: number;
  limits: { readonly min: number; readonly max: number };
  /** The edge of the pane that it is. */
  edge: 'left' | 'right';
  resize: (width: number) => void;
  /** A double click makes it as wide as it usually is. */
  reset: () => void;
}

/** The edge of a pane, by which its width is changed: by mouse, and by the arrows. Stands in the pane. */
export function Splitter({ label, width, limits, edge, resize, reset }: SplitterProps) {
  const sign = edge === 'right' ? 1 : -1;
  const resizeTo = (wanted: number) => resize(Math.min(Math.max(Math.round(wanted), limits.min), limits.max));
  /** The window may have less room than was wished for. */
  const shown = (handle: HTMLElement) => handle.parentElement?.offsetWidth ?? width;
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const [from, before] = [event.clientX, shown(handle)];
    handle.onpointermove = ({ clientX }) => resizeTo(before + sign * (clientX - from));
    handle.onlostpointercapture = () => {
      handle.onpointermove = null;
    };
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowLeft: -stepPx, ArrowRight: stepPx }[event.key];
    if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    resizeTo(shown(event.currentTarget) + sign * step);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a window splitter, which <hr> can't be
    <div
      className={styles.splitter}
      data-edge={edge}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={limits.min}
      aria-valuemax={limits.max}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      onDoubleClick={reset}
    />
  );
}
