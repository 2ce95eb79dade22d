import { X } from 'lucide-react';
import parts from './parts.module.css';

interface CrossProps {
  /** What it takes away. */
  label: string;
  size?: number;
  onClick: () => void;
}

/** Takes away what it stands beside or in. */
export function Cross({ label, size = 13, onClick }: CrossProps) {
  return (
    <button type="button" className={parts.cross} aria-label={label} onClick={onClick}>
      <X size={size} aria-hidden="true" />
    </button>
  );
}
