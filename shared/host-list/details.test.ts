import { describe, expect, it } from 'vitest';
import { HostDetails } from '../schema.ts';
import { detailsOf, hostLimits, readDetails, unsaid } from './details.ts';

const fields = Object.keys(hostLimits) as (keyof typeof hostLimits)[];
const texts = ['', ' ', 'kvm-a', '  kvm-a\n', 'a\nb', 'a\u2028b', '\u0000', 'a\tb', '\uD800'];
const lengths = Object.values(hostLimits).flatMap((limit) => [limit, limit + 1]);
const said = [...texts, ...lengths.map((length) => ` ${'n'.repeat(length)} `)];

describe('what is said of a host', () => {
  it.each(fields)('has a %s that is read as its model reads it', (field) => {
    for (const text of said) {
      const draft = { ...unsaid, name: 'kvm-a', [field]: text };
      const model = HostDetails.safeParse(draft);
      const read = readDetails(draft);
      expect(read.wrong ?? undefined).toBe(model.error?.issues[0]?.path[0]);
      expect(read.wrong === null ? read.details : undefined).toEqual(model.data);
    }
  });

  it('has every field of its model and no other', () => {
    const more = { ...unsaid, name: 'kvm-a', uri: 'qemu:///system' };
    expect(Object.keys(detailsOf(more)).sort()).toEqual(Object.keys(HostDetails.shape).sort());
  });
});
