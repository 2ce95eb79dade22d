import type { ReactNode } from 'react';
import type { Problem } from '../../shared/schema.ts';
import blocks from './blocks.module.css';
import { CopyButton } from './copy-button.tsx';

/** What went wrong, what that means and what to do next, with the technical message folded away. */
export function ProblemView({ problem, children }: { problem: Problem; children?: ReactNode }) {
  return (
    <div className={blocks.problem}>
      <strong>{problem.what}</strong>
      {problem.effect ? <p>{problem.effect}</p> : null}
      <p>{problem.next}</p>
      {problem.detail ? <Details text={problem.detail} /> : null}
      {children}
    </div>
  );
}

export function Details({ text }: { text: string }) {
  return (
    <details className={blocks.details}>
      <summary>Details</summary>
      <div className={blocks.detailsBody}>
        <pre>{text}</pre>
        <CopyButton text={text} what="details" label={null} />
      </div>
    </details>
  );
}
