import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { expectedAfterSafety } from '../../after-safety.ts';
import { unknowns } from '../../rule.ts';
import { RevertChoice, RevertFacts, SafetyOffer, type Statement } from '../../schema.ts';
import { assessRevert, predictRevert } from './assess.ts';
import { lossRules } from './losses.ts';
import { revertNeeds } from './needs.ts';
import { flagsOf, holds } from './rule.ts';
import { warningRules } from './warnings.ts';

const paths = ['/images/a.qcow2', '/images/a.img', '/images/b,c.qcow2', '/images/base', '/iso/a.iso', 'pool/volume'];
const targets = ['vda', 'vdb', 'sda', 'fda'];
const oneOf = (...values: readonly string[]) => fc.constantFrom(...values);
/** Words that rules go by, so that random facts meet them. Whatever is not here is any word at all. */
const words: Readonly<Record<string, fc.Arbitrary<string>>> = {
  driver: oneOf('QEMU', 'QEMU', 'QEMU', 'QEMU', 'TEST', 'Xen'),
  device: oneOf('disk', 'disk', 'disk', 'lun', 'cdrom', 'floppy', 'tape'),
  type: oneOf('file', 'file', 'file', 'block', 'volume', 'network', 'nvme', 'quantum'),
  format: oneOf('qcow2', 'qcow2', 'qcow2', 'raw', 'quantum'),
  nvram: oneOf('qcow2', 'raw'),
  role: oneOf('kernel', 'loader', 'nvram'),
  startupPolicy: oneOf('mandatory', 'requisite', 'optional'),
  code: oneOf(
    'tag-gone',
    'tag-without-memory',
    'merge-broken-off',
    'written-to',
    'id-is-another',
    'tag-twice',
    'image-gone',
    'never-seen',
  ),
  text: fc.constant('Something is so.'),
  ...Object.fromEntries(['target', 'blockJobs', 'notFiles'].map((key) => [key, oneOf(...targets)])),
  ...Object.fromEntries(['path', 'file', 'now', 'missing', 'unseen', 'images'].map((key) => [key, oneOf(...paths)])),
};
const word = oneOf('a', 'b', 'c', 'web-01', '“quoted”', '<b>', '7');
const versions = fc.constantFrom(7_000_000, 9_000_000, 9_009_000, 10_000_000, 11_003_000, 11_003_000, 12_008_000);
const counted = fc
  .tuple(fc.array(word, { maxLength: 3 }), fc.nat({ max: 2 }))
  .map(([names, more]) => ({ names, count: names.length === 0 ? 0 : names.length + more }));
/** Mostly as on a usual host, so that not everything is a blocker at once. */
const often = <T>(usual: T, other: fc.Arbitrary<T>) => fc.oneof({ arbitrary: fc.constant(usual), weight: 6 }, other);

/** Any value of a schema. @param key the name that it stands under. */
function valuesOf(schema: z.core.$ZodType, key = ''): fc.Arbitrary<unknown> {
  if (key === 'leftBehind' || key === 'destroyed' || key === 'unsure') return often({ names: [], count: 0 }, counted);
  if (key === 'libvirtVersion') return versions;
  if (schema instanceof z.ZodNullable)
    return key === 'riskReported' || key === 'nvram' || key === 'memoryFile'
      ? often(null, valuesOf(schema.unwrap(), key))
      : fc.oneof({ arbitrary: valuesOf(schema.unwrap(), key), weight: 6 }, fc.constant(null));
  if (schema instanceof z.ZodOptional) return fc.option(valuesOf(schema.unwrap(), key), { nil: undefined });
  if (schema instanceof z.ZodReadonly) return valuesOf(schema.unwrap(), key);
  if (schema instanceof z.ZodObject)
    return fc.record(
      Object.fromEntries(
        Object.entries(schema.shape as z.core.$ZodShape).map(([name, inner]) => [name, valuesOf(inner, name)]),
      ),
    );
  if (schema instanceof z.ZodArray) {
    const items = fc.array(valuesOf(schema.element, key), { maxLength: 3 });
    return key === 'disks' ? items : often([], items);
  }
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodString) return words[key] ?? word;
  if (schema instanceof z.ZodNumber) return fc.nat();
  if (schema instanceof z.ZodBoolean)
    return often(key === 'active' || key === 'persistent' || key === 'attached' || key === 'hasConfig', fc.boolean());
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  throw new Error(`${key} is of a kind that this test does not know`);
}

const worst = ['gone', 'mixture', 'other', 'unknown'] as const;
/** Facts as they can be gathered: what is said twice is said alike. */
const anyFacts = valuesOf(RevertFacts).map((value): RevertFacts => {
  const facts = RevertFacts.parse(value);
  const { data, stored, snapshot } = facts;
  const state = worst.find((each) => data.why.some((why) => why.state === each));
  const disks = [...new Map(stored.disks.map((disk) => [disk.target, disk])).values()];
  return {
    ...facts,
    data: { why: data.why, state: state ?? (data.state === 'unknown' ? 'unknown' : 'there') },
    stored: { ...stored, disks },
    snapshot: { ...snapshot, disks: disks.map(({ target, kind }) => ({ target, kind })) },
  };
});
const anyChoice = valuesOf(RevertChoice).map((value) => RevertChoice.parse(value));
const anyOffer = valuesOf(SafetyOffer).map((value) => SafetyOffer.parse(value));
const runs = { numRuns: 400 };

/** What a person cannot read. */
const broken = /undefined|NaN|\bnull\b|\[object|\(\)|“”| {2}|\s[.,;]|,,|\.\.|: ?$/;
const isSentence = ({ text }: Statement) => !broken.test(text) && /\.$/.test(text);
/** A loss stands in a list: no full stop. */
const isItem = ({ text }: Statement) => !broken.test(text) && !/[.,;]$/.test(text);

it('is safe only where nothing speaks against it and everything is known', () => {
  let safe = 0;
  fc.assert(
    fc.property(anyFacts, anyChoice, (facts, choice) => {
      const { verdict, blockers, requirements } = assessRevert(facts, choice);
      const c = { facts, flags: flagsOf(choice.startState, choice.resetNvram) };
      expect(verdict === 'willFail').toBe(blockers.length > 0);
      if (blockers.length === 0) expect(verdict === 'needsForce').toBe(requirements.length > 0);
      if (verdict !== 'safe') return;
      safe++;
      const withoutSave = { ...facts, domain: { ...facts.domain, managedSave: false } };
      const of = choice.removeManagedSave ? { ...c, facts: withoutSave } : c;
      expect(unknowns(revertNeeds, of)).toEqual([]);
      expect(
        [...lossRules, ...warningRules].filter((rule) => rule.risk && holds(rule, of)).map(({ code }) => code),
      ).toEqual([]);
      expect(predictRevert(of.facts, of.flags)).toMatchObject({ answer: null, hazard: null });
      expect(facts.riskReported).toBeNull();
      if (facts.driver === 'QEMU') expect(facts.data.state).toBe('there');
    }),
    runs,
  );
  expect(safe).toBeGreaterThan(0);
});

it('writes whole sentences, whatever the facts', () => {
  fc.assert(
    fc.property(anyFacts, anyChoice, anyOffer, (facts, choice, offer) => {
      const { blockers, requirements, losses, warnings } = assessRevert(facts, choice, offer);
      const said = requirements.filter(({ code }) => code !== 'LIBVIRT_SAID_RISKY');
      expect([...blockers, ...said, ...warnings].filter((each) => !isSentence(each))).toEqual([]);
      expect(losses.filter((each) => !isItem(each))).toEqual([]);
    }),
    runs,
  );
});

it('is made safer by a safety snapshot through the facts that it changes, and by nothing else', () => {
  fc.assert(
    fc.property(anyFacts, anyChoice, anyOffer, (facts, choice, offer) => {
      const kept = assessRevert(facts, { ...choice, safetySnapshot: true }, { ...offer, available: true, doubts: [] });
      const after = expectedAfterSafety(facts, offer);
      const codes = (statements: readonly Statement[]) => statements.map(({ code }) => code);
      const plain = assessRevert(after, { ...choice, safetySnapshot: false });
      expect(kept.verdict).toBe(plain.verdict);
      for (const part of ['blockers', 'requirements', 'warnings'] as const)
        expect(codes(kept[part])).toEqual(codes(plain[part]));
      // Its own overlays are new and empty.
      expect(codes(kept.losses)).toEqual(codes(plain.losses).filter((code) => code !== 'OVERLAYS'));
      const { current: _c, overlays: _o, history, ...same } = after;
      const without = ({ names, count }: { names: string[]; count: number }, fate: typeof history.now) =>
        offer.kind === 'internal' && history.now === fate
          ? { names: names.slice(1), count: count - 1 }
          : { names, count };
      const { destroyed, unsure } = history;
      expect(facts).toMatchObject({
        ...same,
        history: { destroyed: without(destroyed, 'destroyed'), unsure: without(unsure, 'unsure') },
      });
    }),
    runs,
  );
});

it('a safety snapshot that is not available, or not wanted, changes nothing', () => {
  fc.assert(
    fc.property(anyFacts, anyChoice, anyOffer, (facts, choice, offer) => {
      const plain = assessRevert(facts, choice);
      expect(assessRevert(facts, { ...choice, safetySnapshot: false }, offer)).toEqual(plain);
      expect(assessRevert(facts, { ...choice, safetySnapshot: true }, { ...offer, available: false })).toEqual(plain);
    }),
    { numRuns: 100 },
  );
});
