import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RevertFacts, type StartState } from '../../schema.ts';
import { assessRevert } from './assess.ts';
import { type Facts, facts, merge, overlay, storedDisk, storedImage } from './fixtures.ts';
import { isLive } from './rule.ts';
import { staleness } from './staleness.ts';

type Path = readonly (string | number)[];
/** One fact, and what it becomes where it is not known, or is of a kind that nobody has seen before. */
interface Doubt {
  readonly at: Path;
  readonly to: unknown;
}

/** Every leaf of a value that can be unknown, by its schema. Flags and numbers cannot: they are there or are not. */
function doubtsOf(schema: z.core.$ZodType, value: unknown, at: Path = []): Doubt[] {
  if (schema instanceof z.ZodNullable)
    return value === null ? [] : [{ at, to: null }, ...doubtsOf(schema.unwrap(), value, at)];
  if (schema instanceof z.ZodOptional) return value === undefined ? [] : doubtsOf(schema.unwrap(), value, at);
  if (schema instanceof z.ZodReadonly) return doubtsOf(schema.unwrap(), value, at);
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape as z.core.$ZodShape).flatMap(([key, inner]) =>
      doubtsOf(inner, (value as Record<string, unknown>)[key], [...at, key]),
    );
  if (schema instanceof z.ZodArray) {
    const items = value as unknown[];
    if (items.length === 0) return schema.element instanceof z.ZodString ? [{ at, to: ['quantum'] }] : [];
    return [{ at, to: [] }, ...items.flatMap((item, index) => doubtsOf(schema.element, item, [...at, index]))];
  }
  if (schema instanceof z.ZodEnum) return schema.options.includes('unknown') ? [{ at, to: 'unknown' }] : [];
  if (schema instanceof z.ZodString) return [{ at, to: 'quantum' }];
  if (schema instanceof z.ZodNumber || schema instanceof z.ZodBoolean || schema instanceof z.ZodLiteral) return [];
  throw new Error(`${at.join('.')} is of a kind that this walk does not know`);
}

function changed<T>(value: T, [key, ...rest]: Path, to: unknown): T {
  if (key === undefined) return to as T;
  if (Array.isArray(value)) return value.map((each, index) => (index === key ? changed(each, rest, to) : each)) as T;
  return { ...value, [key]: changed((value as Record<string, unknown>)[key], rest, to) } as T;
}

/** What a step of a path is called: the target, role or name of what stands there. */
function labelOf(value: unknown, { at, to }: Doubt): string {
  let here = value;
  const steps = at.map((step) => {
    here = (here as Record<string | number, unknown>)[step];
    const { target, role } = Object(here) as { target?: string; role?: string };
    return typeof step === 'number' ? (target ?? role ?? '*') : step;
  });
  return `${steps.join('.')} = ${JSON.stringify(to)}`;
}

const image = (name: string, format = 'qcow2') => storedImage(`/images/${name}`, format);
const disks = [
  storedDisk({ below: [image('base')], startupPolicy: 'mandatory', snapshot: 'internal' }),
  storedDisk({ target: 'vdb', image: image('data'), now: '/images/data', below: [image('data-base')] }),
];
const cd = storedDisk({
  target: 'sda',
  device: 'cdrom',
  image: image('a.iso', 'raw'),
  now: '/images/a.iso',
  readonly: true,
  kind: 'none',
  snapshot: null,
});
const kept = (kind: 'internal' | 'external') => [
  ...['vda', 'vdb'].map((target) => ({ target, kind })),
  { target: 'sda', kind: 'none' as const },
];
/** As much as possible is there to be unknown. */
const common: Facts = {
  domain: {
    autostart: true,
    consoles: ['vnc'],
    checkpoints: [{ name: 'monday', disks: [{ target: 'vdz', image: '/images/elsewhere' }] }],
  },
  history: { leftBehind: { names: ['later'], count: 1 } },
  configChanges: [{ label: 'Memory', snapshot: '2 GiB', now: '4 GiB', abi: true }],
};
const files = ['kernel', 'nvram'].map((role) => ({ role, path: `/boot/${role}`, exists: true }));
const internal = merge(common, {
  snapshot: { kind: 'internal', parent: 'first', disks: kept('internal') },
  stored: { disks: [...disks, cd], files, nvram: 'qcow2' },
});
const external = merge(common, {
  domain: { checkpoints: [] },
  snapshot: { kind: 'external', parent: 'first', disks: kept('external') },
  stored: {
    disks: [...disks.map((disk) => ({ ...disk, kind: 'external' as const })), { ...cd, image: null, now: null }],
    files: files.slice(0, 1),
  },
  overlays: [overlay],
});
const cases: readonly (readonly [string, Facts])[] = [
  ['an internal snapshot, taken while off', internal],
  ['an internal snapshot with memory', merge(internal, { snapshot: { state: 'running', memory: 'internal' } })],
  ['an external snapshot, taken while off', external],
  ['an external snapshot of the disks alone', merge(external, { snapshot: { state: 'disk-snapshot' } })],
  [
    'an external snapshot with memory',
    merge(external, {
      snapshot: { state: 'paused', memory: 'external' },
      stored: { memoryFile: { path: '/images/web.mem', exists: true } },
    }),
  ],
];
const off: Facts = { domain: { state: 'shutoff', active: false } };
const startStates: readonly StartState[] = ['as-saved', 'running', 'paused'];
const assess = (of: RevertFacts, startState: StartState) =>
  assessRevert(of, { startState, safetySnapshot: false, removeManagedSave: false, resetNvram: false });

/** Facts that a verdict does not need, why, and when. */
const harmless: readonly (readonly [fact: RegExp, why: string, when?: (c: Case) => boolean])[] = [
  [/^domain\.checkpoints(\.\*\.name|\.\*\.disks.*)? = (\[\]|"quantum")$/, 'no bitmap in an image of the snapshot'],
  [/^domain\.checkpoints\.\*\.disks = null$/, 'the files tell of their bitmaps', ({ of }) => !of.domain.active],
  [/^stored\.disks\.sda\.hasBitmaps = /, 'not written back'],
  [/^stored\.disks\.\w+\.hasBitmaps = /, 'external reverts write to no image', (c) => !isInternal(c)],
  [/^(domain\.(uuid|name|reason)|snapshot\.(name|description|parent)) = /, 'names and notes: nothing goes by them'],
  [/^configChanges/, 'told as it is; before 7.10 alone a change that matters is more than a loss, and flags it'],
  [/^domain\.(autostart|consoles.*) = /, 'only worded'],
  [/^history\.\w+\.names/, 'only listed; what counts is how many there are'],
  [
    /^domain\.disks = \[\]$|^domain\.disks\.vda\.(target|device|type|format|file) = /,
    'the stored configuration counts, and compares its images with those of today itself',
  ],
  [
    /^domain\.disks\.vda\.allocationBytes = null$/,
    'a domain that is off has nothing open',
    ({ of }) => !of.domain.active,
  ],
  [/^snapshot\.disks\.\*?sda\.|^snapshot\.disks\.sda\.target = /, 'not part of the snapshot'],
  [/^stored\.disks\.sda\.(target|now|related|image) = /, 'a medium is put in or taken out, and nothing is lost'],
  [
    /^stored\.disks\.vd\w\.(image\.path|now) = /,
    'whether both belong together is a fact of its own',
    (c) => !isInternal(c),
  ],
  [/^stored\.disks\.sda\.image\.path = /, 'another medium is put in'],
  [/^stored\.disks\.sda\.missing = /, 'no medium', ({ of }) => !isInternal({ of })],
  [
    /^stored\.disks\.sda\.image\.format = /,
    'not opened; the next start tells',
    ({ of, start }) => start === 'as-saved' && !isLive(of.snapshot),
  ],
  [/^stored\.disks\.\w+\.below(\.\*\.(path|format))? = /, 'whether it can be opened is a fact of its own'],
  [/^stored\.disks\.\w+\.(snapshot|startupPolicy) = (null|"quantum")$/, 'libvirt’s default, which is the stricter one'],
  [/^stored\.disks\.\w+\.related = null$/, 'internal reverts write to the image itself', isInternal],
  [/^stored\.files = \[\]$|^stored\.files\.\w+\.(role|path) = /, 'whether it can be opened is a fact of its own'],
  [/^stored\.memoryFile\.path = /, 'as above'],
  [/^stored\.notFiles = /, 'external reverts alone want plain files', isInternal],
  [/^stored\.nvram = null$/, 'there is none'],
  [/^overlays = \[\]$|^overlays\.vda\.(target|file|bytes) = /, 'told as it is; who needs it is a fact of its own'],
  [/^current = "quantum"$/, 'its overlays are facts of their own'],
  [/^current = null$/, 'internal reverts unlink nothing', isInternal],
];

interface Case {
  readonly of: RevertFacts;
  readonly start?: StartState;
}
function isInternal({ of }: Case): boolean {
  return of.snapshot.kind === 'internal';
}

const used = new Set<string>();
const isHarmless = (label: string, c: Case) => {
  const row = harmless.find(([fact, _, when]) => fact.test(label) && (when?.(c) ?? true));
  if (row) used.add(row[0].source);
  return row !== undefined;
};

describe.each(cases)('%s', (_, change) => {
  const both = [facts(change), facts(merge(change, off))];
  it('is safe where everything is known', () => {
    for (const of of both)
      for (const start of startStates) expect(assess(of, start)).toMatchObject({ verdict: 'safe' });
  });

  it('is never safe where a fact that matters is not known, and says so', () => {
    const safe = new Set<string>();
    for (const of of both)
      for (const doubt of doubtsOf(RevertFacts, of)) {
        const doubted = changed(of, doubt.at, doubt.to);
        const label = labelOf(of, doubt);
        for (const start of startStates) {
          const { verdict, warnings, blockers } = assess(doubted, start);
          if (verdict !== 'safe' && warnings.length + blockers.length === 0)
            throw new Error(`${label}: nothing is said`);
          if (verdict !== 'safe' && staleness(of, doubted).length === 0 && doubted.riskReported === null)
            throw new Error(`${label}: a plan does not go stale with it`);
          if (verdict !== 'safe') continue;
          if (!isHarmless(label, { of, start })) safe.add(`${label} (${of.domain.state}, ${start})`);
        }
      }
    expect([...safe]).toEqual([]);
  });
});

it('has no exception that nothing needs', () => {
  expect(harmless.map(([fact]) => fact.source).filter((source) => !used.has(source))).toEqual([]);
});
