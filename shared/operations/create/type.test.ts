import { expect, it } from 'vitest';
import { isProblemCode } from '../../errors.ts';
import type { CreateFacts } from '../../schema.ts';
import { createRules } from './assess.ts';
import { draft, facts } from './fixtures.ts';
import { createType } from './type.ts';

const planOf = (of: CreateFacts) => ({
  planId: 'p',
  kind: 'create' as const,
  hostId: 'h',
  hostName: 'Host',
  uuid: of.uuid,
  domainName: of.name,
  virsh: { uri: null, domain: of.name },
  gatheredAt: 0,
  protected: true,
  facts: of,
  suggestedName: 'fresh',
});

it('no refusal is taken for a problem that means something else', () => {
  expect(createRules.map(({ code }) => code).filter(isProblemCode)).toEqual([]);
});

it('a protected domain: its name is typed where the guest is left off, and only there', () => {
  const of = facts();
  const isProtected = (halt: boolean) =>
    createType.isProtected(createType.assess(planOf(of), of, draft(of, 'memory-internal', { halt })));
  expect([isProtected(true), isProtected(false)]).toEqual([true, false]);
});
