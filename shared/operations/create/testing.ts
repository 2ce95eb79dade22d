import { describe, expect, it } from 'vitest';
import { holds, type Rule } from '../../rule.ts';
import type { CreateDraft, CreateFacts } from '../../schema.ts';
import { disk, draft, facts, offFacts, snapshot } from './fixtures.ts';
import type { CreateCase } from './rule.ts';

/** For tests: what is known, what kind of snapshot, and what is chosen besides. */
export type Case = readonly [facts: CreateFacts, mode: CreateDraft['mode'], draft?: Partial<CreateDraft>];
/** A rule’s code, cases that it speaks about, and neighbours that it does not. */
export type Row = readonly [code: string, matches: readonly Case[], unless: readonly Case[]];

export const virsh = { uri: null, domain: 'web-01' };
export const caseOf = ([of, mode, change]: Case): CreateCase => ({ facts: of, draft: draft(of, mode, change) });
export const included = (target: string, file: string) => ({ disks: [{ target, include: true, file }] });
export const without = (...targets: string[]) => ({
  disks: targets.map((target) => ({ target, include: false, file: '' })),
});
export const exists = (path: string, there: boolean | null) => ({ exists: { [path]: there }, free: {} });
export const inside = [snapshot('old', 'internal')];
export const outside = [snapshot('old', 'external')];
export const on = facts();
export const off = offFacts();
export const test = facts({ driver: 'TEST' });
export const at = (libvirtVersion: number, of: CreateFacts = on): CreateFacts => ({ ...of, libvirtVersion });
export const disks = (...all: CreateFacts['disks']) => ({ disks: all });
export const raw = disk('vdb', { format: 'raw' });
export const network = disk('vdb', { type: 'network', path: 'nbd://host:1/x' });
export const volume = disk('vda', { type: 'volume', path: 'default/v.qcow2' });
export const vhostuser = disk('vdb', { type: 'vhostuser', path: '/run/x.sock', format: 'raw' });
export const shared = disk('vdb', { format: 'raw', shareable: true });
export const passing = disk('vdb', { transient: true });
export const lun = disk('vdb', { device: 'lun', type: 'block', path: '/dev/sdb', format: 'raw' });
export const floppy = disk('fda', { device: 'floppy', path: '/images/drivers.img', format: 'raw' });
export const gone = disk('vda', { exists: false });
export const goneBelow = disk('vda', { gone: ['/srv/base.qcow2'] });
export const deep = disk('vda', { depth: 25 });
export const tagged = (id: string, name: string) =>
  disk('vda', { tags: [{ id, name, vmStateBytes: 0, dateSec: 1, diskBytes: null }] });
export const cp = { checkpoints: ['cp1'] };
export const efi = { pflash: true, nvram: 'qcow2' as const };
export const rawEfi = { pflash: true, nvram: 'other' as const };
export const peer = { devices: [{ kind: 'shmem-peer' as const, words: 'shared memory' }] };
export const pci = { devices: [{ kind: 'pci' as const, words: 'a PCI device of the host' }] };
export const halt = { halt: true };

/** For tests: walks a table both ways. */
export function eachWay(rules: readonly Rule<CreateCase>[], rows: readonly Row[]): void {
  describe('each rule, both ways', () => {
    it('each has cases of both kinds', () => {
      expect(rows.map(([code]) => code)).toEqual(rules.map(({ code }) => code));
      for (const [, matches, unless] of rows) expect([matches.length > 0, unless.length > 0]).toEqual([true, true]);
    });
    it.each(rows)('%s', (code, matches, unless) => {
      const rule = rules.find((each) => each.code === code);
      if (!rule) throw new Error(code);
      const found = (each: Case) => ({ facts: each[0], mode: each[1], holds: holds(rule, caseOf(each)) });
      expect(matches.map(found).filter((each) => !each.holds)).toEqual([]);
      expect(unless.map(found).filter((each) => each.holds)).toEqual([]);
      for (const each of matches) expect(rule.text(caseOf(each))).toMatch(/^[A-Z“\w].*[.]$/s);
    });
  });
}
