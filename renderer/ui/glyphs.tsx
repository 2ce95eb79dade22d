import type { ReactNode } from 'react';
import { stateLabel } from '../../shared/format.ts';
import type { DomainState, HostStatus } from '../../shared/schema.ts';
import styles from './glyphs.module.css';

/** Each state has a shape of its own, so that nothing depends on telling colours apart. */
const domainShapes: Record<DomainState, { tone: string; shape: ReactNode }> = {
  running: {
    tone: 'ok',
    shape: <path d="M3.2 1.9v8.2c0 .5.5.8 1 .5l6.3-4.1c.4-.3.4-.8 0-1L4.2 1.4c-.5-.3-1 0-1 .5Z" />,
  },
  blocked: {
    tone: 'ok',
    shape: <path d="M3.2 1.9v8.2c0 .5.5.8 1 .5l6.3-4.1c.4-.3.4-.8 0-1L4.2 1.4c-.5-.3-1 0-1 .5Z" />,
  },
  paused: { tone: 'warn', shape: <path d="M2.6 1.5h2.2v9H2.6zM7.2 1.5h2.2v9H7.2z" /> },
  pmsuspended: { tone: 'warn', shape: <path d="M9.8 7.7A4.6 4.6 0 0 1 4.6 1.6a4.7 4.7 0 1 0 5.2 6.1Z" /> },
  shutdown: { tone: 'warn', shape: <path d="M6 10 1.8 5.4h2.7V1.6h3v3.8h2.7z" /> },
  shutoff: { tone: 'off', shape: <rect x="2.2" y="2.2" width="7.6" height="7.6" rx="1.6" className={styles.hollow} /> },
  nostate: { tone: 'off', shape: <circle cx="6" cy="6" r="3.8" className={`${styles.hollow} ${styles.dashed}`} /> },
  unknown: { tone: 'off', shape: <circle cx="6" cy="6" r="3.8" className={`${styles.hollow} ${styles.dashed}`} /> },
  crashed: {
    tone: 'bad',
    shape: <path d="M6 1 11.4 10.6H.6ZM5.4 4.6l.2 3h.8l.2-3zM5.4 8.4v1.1h1.2V8.4z" fillRule="evenodd" />,
  },
};

function Glyph({ tone, label, shape }: { tone: string; label: string; shape: ReactNode }) {
  return (
    <svg
      className={styles.glyph}
      data-tone={tone}
      viewBox="0 0 12 12"
      width="12"
      height="12"
      role="img"
      aria-label={label}
    >
      {shape}
    </svg>
  );
}

export function StateGlyph({ state }: { state: DomainState }) {
  const { tone, shape } = domainShapes[state];
  return <Glyph tone={tone} label={stateLabel(state)} shape={shape} />;
}

const hostShapes: Record<HostStatus['status'], { tone: string; label: string; shape: ReactNode }> = {
  connected: { tone: 'ok', label: 'connected', shape: <circle cx="6" cy="6" r="4" /> },
  connecting: {
    tone: 'off',
    label: 'connecting',
    shape: <circle cx="6" cy="6" r="3.6" className={`${styles.hollow} ${styles.turning}`} />,
  },
  retrying: {
    tone: 'warn',
    label: 'not reachable',
    shape: <path d="M6 2a4 4 0 1 0 0 8Z M6 2.7a3.3 3.3 0 0 1 0 6.6" />,
  },
  refused: { tone: 'bad', label: 'refused', shape: <path d="M6 1.4 10.6 6 6 10.6 1.4 6Z" /> },
  disconnected: {
    tone: 'off',
    label: 'disconnected',
    shape: <circle cx="6" cy="6" r="3.6" className={styles.hollow} />,
  },
};

export function HostGlyph({ status }: { status: HostStatus['status'] }) {
  const { tone, label, shape } = hostShapes[status];
  return <Glyph tone={tone} label={label} shape={shape} />;
}

export function Mark() {
  return (
    <svg className={styles.mark} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d="M4 4.8v6.4M4 9.4c0-2.4 1.2-3.7 3.2-3.7h2" />
      <circle cx="4" cy="3" r="1.8" />
      <circle cx="4" cy="13" r="1.8" />
      <circle cx="11.2" cy="5.7" r="1.8" />
    </svg>
  );
}
