import { useState } from 'react';
import { formatDateTime, formatDuration } from '../../shared/format.ts';
import { exportText } from '../../shared/operations/metadata/export-text.ts';
import type { JournalEntry, KeptXml } from '../../shared/schema.ts';
import operations from '../operations/operations.module.css';
import { copyText, tellCallFailed } from '../store/effects.ts';
import { foundSentence } from '../store/notices.ts';
import blocks from '../ui/blocks.module.css';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import parts from '../ui/parts.module.css';
import { ProblemView } from '../ui/problem-view.tsx';
import { saveText } from '../ui/save-text.ts';
import { askedWords, type JournalGroup, resultLook } from './groups.ts';
import styles from './journal.module.css';

/** Each thing that was asked for one operation: the plan as it was read, and the answer. */
export function GroupDetail({ group }: { group: JournalGroup }) {
  const withXml = group.entries.filter(({ hasXml }) => hasXml);
  return (
    <>
      {withXml.length > 1 ? (
        <div className={styles.requestHead}>
          <KeptXmls entries={withXml} />
        </div>
      ) : null}
      <ol className={styles.requests}>
        {group.entries.map((entry) => (
          <Request key={entry.requestId} entry={entry} />
        ))}
      </ol>
    </>
  );
}

function Request({ entry }: { entry: JournalEntry }) {
  const { askedAt, answeredAt, plan, differences, found, problem, resolved } = entry;
  const { text, look } = resultLook(entry);
  const span = answeredAt === null ? null : answeredAt - askedAt;
  return (
    <li>
      <div className={styles.requestHead}>
        <b>
          <bdi>{askedWords(entry)}</bdi>
        </b>
        <span className={parts.chip} data-look={look}>
          {text}
        </span>
        {entry.hasXml ? <KeptXmls entries={[entry]} /> : null}
      </div>
      <p className={parts.dim}>
        Asked {formatDateTime(askedAt)}
        {span === null ? '' : span < 1000 ? ', answered within a second' : `, answered after ${formatDuration(span)}`}
        {' · '}
        <bdi>{entry.hostUri}</bdi> · flags {entry.flags}
      </p>
      {resolved ? <p className={parts.dim}>The answer never came. This was found later by asking libvirt.</p> : null}
      {problem ? <ProblemView problem={problem} /> : null}
      {differences.length > 0 ? (
        <ul className={operations.differences}>
          {differences.map((difference) => (
            <li key={difference}>{difference}</li>
          ))}
        </ul>
      ) : null}
      {found ? <p>{foundSentence({ found })}</p> : null}
      {plan.length > 0 ? (
        <details className={blocks.details}>
          <summary>The plan as it was read</summary>
          <ul>
            {plan.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </li>
  );
}

/**
 * The snapshots as they were before their metadata went or was replaced: to copy, or to save, several as one file.
 * @param entries of one operation
 */
function KeptXmls({ entries }: { entries: readonly JournalEntry[] }) {
  const app = useApp();
  const whose = entries.length === 1 ? 'its' : 'all';
  const [busy, setBusy] = useState(false);
  const withXml = (use: (kept: readonly KeptXml[]) => unknown) => async () => {
    setBusy(true);
    try {
      await use(await app.client.journal.xml({ requestIds: entries.map((entry) => entry.requestId) }));
    } catch (error) {
      tellCallFailed(app, error);
    } finally {
      setBusy(false);
    }
  };
  const copy = withXml((kept) => copyText(app, kept.map(({ xml }) => xml).join('\n')));
  const save = withXml((kept) => {
    const [first] = kept;
    if (kept.length === 1 && first) saveText(`${fileName(first.name)}.xml`, first.xml);
    else saveText(`${fileName(entries[0]?.domainName ?? '')}.snapshots.xml`, exportText(kept.map(({ xml }) => xml)));
  });
  return (
    <>
      <Button look="quiet" disabled={busy} onClick={() => void copy()}>
        Copy {whose} XML
      </Button>
      <Button look="quiet" disabled={busy} onClick={() => void save()}>
        Save {whose} XML
      </Button>
    </>
  );
}

/** A name that every file system can have. */
function fileName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}._ -]+/gu, '-') || 'snapshot';
}
