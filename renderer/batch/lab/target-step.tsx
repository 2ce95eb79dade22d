import { formatCount } from '../../../shared/format.ts';
import { groupedBy } from '../../../shared/grouped-by.ts';
import { allTags, hostById } from '../../store/selectors.ts';
import type { DomainKey } from '../../store/store.ts';
import { useAppState } from '../../ui/context.tsx';
import forms from '../../ui/forms.module.css';
import parts from '../../ui/parts.module.css';
import styles from '../batch.module.css';
import type { TargetDraft } from './target.ts';

interface TargetKind {
  kind: TargetDraft['kind'];
  label: string;
  note: string;
  field?: { key: 'name' | 'tag'; label: string };
}

const kinds: readonly TargetKind[] = [
  { kind: 'current', label: 'Its current snapshot', note: 'The snapshot that libvirt marks as current' },
  { kind: 'newest', label: 'Its newest snapshot', note: 'The one taken last, on any branch' },
  {
    kind: 'named',
    label: 'The snapshot named',
    note: 'Domains without this snapshot are left out',
    field: { key: 'name', label: 'Name of the snapshot' },
  },
  {
    kind: 'tagged',
    label: 'Its snapshot tagged',
    note: 'The newest one with the tag; domains without one are left out',
    field: { key: 'tag', label: 'Tag of the snapshot' },
  },
];

interface TargetStepProps {
  keys: readonly DomainKey[];
  draft: TargetDraft;
  onChange: (draft: TargetDraft) => void;
  /** Goes on to the plan. */
  onEnter: () => void;
}

/** What each of the selected domains goes back to. */
export function TargetStep({ keys, draft, onChange, onEnter }: TargetStepProps) {
  const tags = useAppState(allTags);
  const set = (change: Partial<TargetDraft>) => onChange({ ...draft, ...change });
  return (
    <>
      <fieldset className={styles.targets}>
        <legend>Revert each to</legend>
        {kinds.map(({ kind, label, note, field }) => (
          <div key={kind}>
            <label className={styles.target}>
              <input
                type="radio"
                name="lab-target"
                value={kind}
                checked={draft.kind === kind}
                aria-describedby={`lab-target-${kind}`}
                onChange={() => set({ kind })}
              />
              <span>{label}</span>
              <small id={`lab-target-${kind}`}>{note}</small>
            </label>
            {field ? (
              <input
                className={`${forms.input} ${parts.mono} ${styles.targetName}`}
                type="text"
                aria-label={field.label}
                autoComplete="off"
                spellCheck={false}
                list={`lab-target-${field.key}s`}
                value={draft[field.key]}
                onChange={(event) => set({ kind, [field.key]: event.target.value })}
                onKeyDown={({ key }) => key === 'Enter' && onEnter()}
              />
            ) : null}
          </div>
        ))}
        <datalist id="lab-target-tags">
          {tags.map((tag) => (
            <option key={tag} value={tag} />
          ))}
        </datalist>
      </fieldset>
      <Chosen keys={keys} />
    </>
  );
}

/** The domains that are meant, by host. */
function Chosen({ keys }: { keys: readonly DomainKey[] }) {
  const domains = useAppState((state) => state.domains);
  const hosts = useAppState((state) => state.hosts);
  const state = { hosts };
  const chosen = keys.flatMap((key) => domains.get(key) ?? []);
  const byHost = groupedBy(chosen, ({ hostId }) => hostId);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={styles.chosenList} tabIndex={0} aria-label="Selected domains">
      {[...byHost].map(([hostId, those]) => (
        <p key={hostId}>
          <b>
            <bdi>{hostById(state, hostId)?.name ?? hostId}</bdi>
          </b>{' '}
          <span className={parts.dim}>{formatCount(those.length, 'domain')}:</span>{' '}
          <bdi>{those.map(({ name }) => name).join(', ')}</bdi>
        </p>
      ))}
    </section>
  );
}
