import type { ConfigComparison, ConfigOther, ConfigSide, Domain } from '../../shared/schema.ts';
import parts from '../ui/parts.module.css';
import { Segments } from '../ui/segments.tsx';

const sideLabels: Record<ConfigSide, string> = { live: 'Now running', inactive: 'Next start' };

interface SidesProps {
  comparison: ConfigComparison;
  domain: Domain | undefined;
  wanted: ConfigOther;
  /** Names of the domain's other snapshots, the newest first. */
  others: readonly string[];
  onChange: (other: ConfigOther) => void;
}

/** What the snapshot is compared with: one of the domain's configurations, or another snapshot's. */
export function Sides({ comparison, domain, wanted, others, onChange }: SidesProps) {
  const { counts, with: shown } = comparison;
  const [first] = others;
  const sides = (['live', 'inactive'] as const).filter((side) => counts[side] !== null);
  // Between snapshots nothing is counted against the domain.
  const offered = typeof wanted === 'string' || !domain ? sides : sidesOf(domain);
  const label = (side: ConfigSide) =>
    counts[side] === null ? sideLabels[side] : `${sideLabels[side]} · ${counts[side]}`;
  if (offered.length < 2 && first === undefined) {
    if (shown === null) return null;
    return <span className={parts.dim}>{shown === 'live' ? 'running, not defined' : 'not running'}</span>;
  }
  const value = typeof wanted === 'string' ? (offered.length === 1 ? (offered[0] ?? wanted) : wanted) : 'snapshot';
  return (
    <>
      <Segments
        legend="Compare with"
        name="compare-side"
        value={value}
        options={[
          ...offered.map((side) => ({ value: side, label: label(side) })),
          ...(first === undefined ? [] : [{ value: 'snapshot' as const, label: 'Another snapshot' }]),
        ]}
        onChange={(next) => onChange(next === 'snapshot' ? { snapshot: first ?? '' } : next)}
      />
      {typeof wanted === 'string' ? null : (
        <select
          aria-label="The other snapshot"
          value={wanted.snapshot}
          onChange={(event) => onChange({ snapshot: event.target.value })}
        >
          {(others.includes(wanted.snapshot) ? others : [wanted.snapshot, ...others]).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      )}
    </>
  );
}

function sidesOf({ id, persistent }: Domain): ConfigSide[] {
  return [...(id === null ? [] : (['live'] as const)), ...(persistent ? (['inactive'] as const) : [])];
}
