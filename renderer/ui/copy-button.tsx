import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { copyText } from '../store/effects.ts';
import { Button } from './button.tsx';
import { useApp } from './context.tsx';

/** Copies a text and shows for a moment that it did. `what` completes its name: `Copy fingerprint`. */
export function CopyButton({ text, what, label = 'Copy' }: { text: string; what: string; label?: string | null }) {
  const app = useApp();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const Icon = copied ? Check : Copy;
  return (
    <Button
      look="quiet"
      aria-label={copied ? 'Copied' : `Copy ${what}`}
      onClick={() => void copyText(app, text).then(setCopied)}
    >
      <Icon size={13} aria-hidden="true" />
      {label === null ? null : copied ? 'Copied' : label}
    </Button>
  );
}
