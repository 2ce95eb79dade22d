import { ChevronDown, ChevronUp } from 'lucide-react';
import { useState } from 'react';
import buttons from './button.module.css';
import { CopyButton } from './copy-button.tsx';
import styles from './virsh-line.module.css';

interface LineProps {
  text: string;
  /** What it is, as “virsh command”. */
  what?: string;
}

/** What would do the same with virsh: the first line of it, or all when asked for, to copy. */
export function VirshLine({ text, what = 'virsh command' }: LineProps) {
  const [whole, setWhole] = useState(false);
  const Icon = whole ? ChevronUp : ChevronDown;
  return (
    <div className={styles.line} data-whole={whole || undefined}>
      <code title={text}>{text}</code>
      <button
        type="button"
        className={buttons.button}
        data-look="quiet"
        aria-expanded={whole}
        aria-label={`Show the whole ${what}`}
        onClick={() => setWhole(!whole)}
      >
        <Icon size={13} aria-hidden="true" />
      </button>
      <CopyButton text={text} what={what} />
    </div>
  );
}
