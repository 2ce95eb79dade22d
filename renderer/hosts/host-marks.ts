import { Eye, type LucideIcon, Shield } from 'lucide-react';
import type { Host } from '../../shared/schema.ts';

interface HostMark {
  readonly Icon: LucideIcon;
  readonly text: string;
  readonly means: string;
}

const marks: Readonly<Record<'protected' | 'readOnly', HostMark>> = {
  protected: {
    Icon: Shield,
    text: 'protected',
    means: 'You type the domain’s name before anything is destroyed',
  },
  readOnly: { Icon: Eye, text: 'read-only', means: 'Nothing on it can be changed' },
};

/** What has to be minded about a host, each with a sign and a word. */
export function hostMarks(host: Pick<Host, keyof typeof marks>): HostMark[] {
  return (['protected', 'readOnly'] as const).filter((mark) => host[mark]).map((mark) => marks[mark]);
}
