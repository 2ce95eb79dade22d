import { inVersions, type Versions } from './libvirt/versions.ts';
import type { Statement } from './schema/base.ts';

/** The part of the facts that every rule goes by. */
export interface Host {
  readonly driver: string;
  readonly libvirtVersion: number;
}

/** What every row of a table says of itself. It holds for one driver or all, and for some versions. */
export interface RuleHead extends Versions {
  readonly code: string;
  readonly driver?: 'QEMU' | 'TEST';
  /** The function of libvirt or the section of a manual that says so; `observed`: seen on live daemons. */
  readonly source: string;
}

/** A row of a table: when something is so, and in what words. */
export interface Rule<Case> extends RuleHead {
  when(c: Case): boolean;
  text(c: Case): string;
}

/**
 * Something that has to be known before a verdict may be `safe`. Where it matters and is not known, the verdict is
 * raised and the sentence told.
 */
export interface Need<Case> extends Versions {
  readonly code: string;
  readonly driver?: 'QEMU' | 'TEST';
  matters(c: Case): boolean;
  known(c: Case): boolean;
  text(c: Case): string;
}

/** Whether a row speaks of this case: driver, version and condition. */
export function holds<Case extends { readonly facts: Host }>(rule: Rule<Case>, c: Case): boolean {
  return isAbout(rule, c.facts) && rule.when(c);
}

/** The statements of those rules that hold. */
export function stated<Case extends { readonly facts: Host }>(rules: readonly Rule<Case>[], c: Case): Statement[] {
  return rules.filter((rule) => holds(rule, c)).map((rule) => ({ code: rule.code, text: rule.text(c) }));
}

/** What would have to be known and is not. */
export function unknowns<Case extends { readonly facts: Host }>(needs: readonly Need<Case>[], c: Case): Statement[] {
  return needs
    .filter((need) => isAbout(need, c.facts) && need.matters(c) && !need.known(c))
    .map((need) => ({ code: need.code, text: need.text(c) }));
}

/** Whether a row speaks of this host at all. */
export function isAbout(
  row: Versions & { readonly driver?: 'QEMU' | 'TEST' },
  { driver, libvirtVersion }: Host,
): boolean {
  return (row.driver === undefined || row.driver === driver) && inVersions(libvirtVersion, row);
}
