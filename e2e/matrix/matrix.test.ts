import { describe, expect, it } from 'vitest';
import { hazardRules, refusalRules, warningRules } from '../../shared/operations/revert/risk.ts';
import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { generationRoot } from '../lab/generations.ts';
import { qemuCases } from './cases.ts';
import { describeCase } from './kinds.ts';
import { disagreements } from './report.ts';
import { runGeneration } from './run.ts';
import { isShort, short, unreached } from './short.ts';

const host = labAvailable();
const others = canBuildGenerations();
if (!host.ok) console.warn(`The matrix is left out: ${host.reason}`);
else if (!others.ok) console.warn(`The matrix runs on this machine’s libvirt alone: ${others.reason}`);

/** The first time, a Debian root is built. */
const timeout = 10 * 60_000;
const generations = ['host', '7.0', '11.3'] as const;
const spoken = new Set<string>();

it('chooses cases that the matrix has', () => {
  const names = new Set(qemuCases.map(describeCase));
  expect(names.size).toBe(qemuCases.length);
  for (const name of Object.values(short).flat()) expect(names).toContain(name);
});

describe.skipIf(!host.ok)('the rules, and what libvirt does', () => {
  it.for(generations)('agree on %s', { timeout }, async (generation, { skip }) => {
    if (generation !== 'host') {
      if (!others.ok) skip(others.reason);
      await generationRoot(generation, console.log).catch((error: Error) => skip(`it can't be had: ${error.message}`));
    }
    const tracks = await runGeneration(generation, isShort(generation));
    for (const { results } of tracks) for (const { rules } of results) for (const rule of rules) spoken.add(rule);
    expect(disagreements(tracks)).toEqual([]);
    expect(tracks.map(({ results }) => results.length > 0)).toEqual([true, true]);
  });

  it('and every rule has spoken', ({ skip }) => {
    if (!others.ok) skip(others.reason);
    const rules = [...refusalRules, ...hazardRules, ...warningRules].map(({ code }) => code);
    const silent = rules.filter((code) => !spoken.has(code)).sort();
    expect(silent).toEqual(Object.keys(unreached).sort());
  });
});
