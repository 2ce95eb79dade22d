import { Check, CircleDashed, CircleX, LoaderCircle, Minus } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { formatVersion } from '../../../shared/format.ts';
import type { ConnectStep, Problem, TestFound } from '../../../shared/schema.ts';
import { otherSshClient, sshClientNames } from '../../hosts/ssh-choice.tsx';
import blocks from '../../ui/blocks.module.css';
import { Button } from '../../ui/button.tsx';
import parts from '../../ui/parts.module.css';
import { Details } from '../../ui/problem-view.tsx';
import styles from './add-host.module.css';
import { type SshClient, shownSteps, type TestRun, wayOf } from './test-run.ts';
import { stateWords, stepLabel, testTitle } from './test-words.ts';

const glyphs = {
  waiting: CircleDashed,
  running: LoaderCircle,
  done: Check,
  failed: CircleX,
  skipped: Minus,
  unreached: CircleDashed,
} as const;

/** Steps that each machine on the way has. */
const ofMachine: ReadonlySet<ConnectStep> = new Set(['resolve', 'connect', 'host-key', 'authenticate']);

/** How a test of a connection goes: its steps, and at the end what is there, or what is wrong and what to do. */
export function TestPane({
  run,
  onBack,
  onOther,
}: {
  run: TestRun;
  onBack: () => void;
  onOther: (client: SshClient) => void;
}) {
  const { uri, end } = run;
  const steps = shownSteps(run);
  const several =
    new Set(steps.flatMap(({ step, host }) => (host !== null && ofMachine.has(step) ? [host] : []))).size > 1;
  const told = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (end) told.current?.scrollIntoView({ block: 'nearest' });
  }, [end]);
  const problem = end?.kind === 'refused' ? end.problem : null;
  const other = problem && wayOf(uri) === 'ssh' ? otherSshClient(problem.code, run.sshClient) : null;
  const isPlaced = steps.some(({ state }) => state === 'failed');
  const reason = problem ? (
    <div ref={told}>
      <Reason problem={problem} />
      {other === null ? null : (
        <div className={styles.reason}>
          <Button onClick={() => onOther(other)}>Test with {sshClientNames[other]}</Button>
        </div>
      )}
    </div>
  ) : null;
  return (
    <section className={styles.pane} aria-label="Connection test">
      <div className={styles.paneHead}>
        <strong className={styles.paneTitle} data-end={end?.kind}>
          {testTitle(run)}
        </strong>
        <Button look="quiet" onClick={onBack}>
          Show hosts
        </Button>
      </div>
      <ol className={styles.steps}>
        {steps.map(({ step, host, state }) => {
          const Glyph = glyphs[state];
          return (
            <li key={`${step} ${host}`} data-state={state}>
              <Glyph size={14} aria-hidden className={state === 'running' ? parts.spin : undefined} />
              <span className={styles.step}>
                {stepLabel(step, uri)}
                {host !== null && (step === 'connect' || (several && ofMachine.has(step))) ? (
                  <bdi className={`${parts.mono} ${parts.dim}`}> {host}</bdi>
                ) : null}
              </span>
              <span className={styles.stateWord}>{stateWords[state]}</span>
              {state === 'failed' ? reason : null}
            </li>
          );
        })}
      </ol>
      {isPlaced ? null : reason}
      {end?.kind === 'found' ? (
        <div ref={told} className={styles.found}>
          <Found found={end.found} />
        </div>
      ) : null}
    </section>
  );
}

function Reason({ problem }: { problem: Problem }) {
  return (
    <div className={styles.reason}>
      <strong>{problem.what}</strong>
      <p>{problem.next}</p>
      {problem.detail ? <Details text={problem.detail} /> : null}
    </div>
  );
}

function Found({ found }: { found: TestFound }) {
  const { driver, libvirtVersion, hypervisorVersion, domains, via, roundTripMs } = found;
  const call = roundTripMs < 1 ? 'under 1 ms' : `${Math.round(roundTripMs)} ms`;
  const facts = [
    ['libvirt', formatVersion(libvirtVersion)],
    ['Hypervisor', `${driver} ${formatVersion(hypervisorVersion)}`],
    ['Domains', domains.toLocaleString('en-GB')],
    ['Reached by', `${via}, ${call} a call`],
  ];
  return (
    <dl className={blocks.facts}>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
