import { ChevronDown, ChevronUp } from 'lucide-react';
import { useState } from 'react';
import { CopyButton } from './copy-button.tsx';

/** What would do the same with virsh: the first line of it, or all when asked for, to copy. */
export function VirshLine({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const Icon = whole ? ChevronUp : ChevronDown;
  return (
    <div className={whole ? 'virsh whole' : 'virsh'}>
      <code title={text}>{text}</code>
      <button
        type="button"
        className="button quiet"
        aria-expanded={whole}
        aria-label="Show the whole command"
        onClick={() => setWhole(!whole)}
      >
        <Icon size={13} aria-hidden="true" />
      </button>
      <CopyButton text={text} what="virsh command" />
    </div>
  );
}
