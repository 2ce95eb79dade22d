import { Copy, Download } from 'lucide-react';
import { capital } from '../../shared/format.ts';
import { exportText } from '../../shared/operations/metadata/export-text.ts';
import type { JournalEntry, KeptXml } from '../../shared/schema.ts';
import { copyText } from '../store/effects.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import parts from '../ui/parts.module.css';
import { ProblemView } from '../ui/problem-view.tsx';
import { saveText } from '../ui/save-text.ts';
import { useAsked, useLinked } from '../ui/use-asked.ts';
import styles from './activity.module.css';

/** Characters that are shown; what is copied and saved is all of it. */
const SHOWN = 6_000;

/**
 * What was there before it went or was replaced: to read, to copy, or to save, several snapshots as one file.
 * @param entries of one operation: of its snapshots, or the one that has the domain’s configuration
 */
export function KeptXmls({ what, entries }: { what: 'XML' | 'configuration'; entries: readonly JournalEntry[] }) {
  const app = useApp();
  const title = `${capital(what)} before`;
  const requestIds = entries.map(({ requestId }) => requestId);
  const asked = useAsked({
    subject: requestIds.join(' '),
    when: useLinked(),
    ask: (signal) => app.client.journal.xml({ requestIds }, { signal }),
  });
  if (asked.status === 'failed') return <ProblemView problem={asked.problem} />;
  const kept = asked.status === 'ready' ? asked.value : null;
  const text = (kept ?? []).map(({ xml }) => xml).join('\n');
  return (
    <section className={styles.part}>
      <div className={styles.partHead}>
        <h3>{entries.length === 1 ? title : `${title}, of ${entries.length} snapshots`}</h3>
        <Button look="quiet" disabled={!kept} aria-label={`Copy ${what}`} onClick={() => void copyText(app, text)}>
          <Copy size={13} aria-hidden="true" />
          Copy
        </Button>
        <Button
          look="quiet"
          disabled={!kept}
          aria-label={`Save ${what}`}
          onClick={() => kept && saveKept(kept, entries[0]?.domainName ?? '')}
        >
          <Download size={13} aria-hidden="true" />
          Save
        </Button>
      </div>
      {kept ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
        <pre className={styles.xml} tabIndex={0}>
          {text.slice(0, SHOWN)}
          {text.length > SHOWN ? '\n…' : ''}
        </pre>
      ) : (
        <p className={parts.dim}>Reading the journal…</p>
      )}
    </section>
  );
}

function saveKept(kept: readonly KeptXml[], domainName: string): void {
  const [first] = kept;
  if (kept.length === 1 && first) saveText(`${fileName(first.name)}.xml`, first.xml);
  else saveText(`${fileName(domainName)}.snapshots.xml`, exportText(kept.map(({ xml }) => xml)));
}

/** A name that every file system can have. */
function fileName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}._ -]+/gu, '-') || 'snapshot';
}
