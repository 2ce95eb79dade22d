import { describe, expect, it } from 'vitest';
import type { Script } from './sequence.ts';
import { shrink } from './shrink.ts';
import type { DomainSpec } from './stage.ts';
import type { Step } from './steps.ts';

const disk = (target: string) => ({ target, device: 'disk', format: 'qcow2', file: `${target}.qcow2` }) as const;
const domain: DomainSpec = {
  name: '7',
  folder: 'a,b',
  transient: true,
  pool: 'once',
  disks: [disk('hda'), disk('hdb'), disk('vdb')],
};
const step = (what: string): Step => ({ by: 'virsh', args: [what] });
const words = ({ steps }: Script) => steps.flatMap((each) => (each.by === 'virsh' ? each.args : []));

describe('shrinking', () => {
  const script: Script = { domain, steps: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'last'].map(step) };

  it('keeps what is needed, and the last step', async () => {
    const needed = ({ domain: { disks, folder }, ...rest }: Script) =>
      ['b', 'f', 'last'].every((word) => words(rest as Script).includes(word)) &&
      disks.some(({ target }) => target === 'hdb') &&
      folder === 'a,b';
    const small = await shrink(script, async (each) => needed(each));
    expect(words(small)).toEqual(['b', 'f', 'last']);
    expect(small.domain).toEqual({
      name: 'web',
      folder: 'a,b',
      transient: false,
      pool: 'always',
      disks: [disk('hda'), disk('hdb')],
    });
  });

  it('gives up after so many attempts', async () => {
    let attempts = 0;
    const same = await shrink(script, async () => ++attempts < 0, 5);
    expect(attempts).toBe(5);
    expect(same).toEqual(script);
  });
});
