import { describe, expect, it } from 'vitest';
import { deletes, type ImageTag, loadsMemory, nextTagId, resolveTag } from './image-tags.ts';

/** Tags from `ID=name`, with an asterisk after those that have memory. */
function tagsOf(...rows: string[]): ImageTag[] {
  return rows.map((row) => {
    const [id = '', name = ''] = row.replace('*', '').split('=');
    return { id, name, vmStateBytes: row.endsWith('*') ? 4096 : 0, dateSec: 0, diskBytes: null };
  });
}
const told = (resolution: ReturnType<typeof resolveTag>) =>
  resolution.kind === 'missing' ? 'missing' : `${resolution.kind} ${resolution.tag.id}`;

describe('what a name means in an image', () => {
  it.each([
    // tags, name, revert by qemu-img, revert by QEMU, deletion
    [['1=2', '2=1'], '2', 'other 2', 'other 2', 'found 1'],
    [['1=2', '2=1'], '1', 'other 1', 'other 1', 'found 2'],
    [['1=a', '2=b'], '2', 'other 2', 'missing', 'missing'],
    [['1=a', '2=b'], 'b', 'found 2', 'found 2', 'found 2'],
    [['1=s', '2=s', '3=s'], 's', 'twice 1', 'twice 1', 'twice 1'],
    [['1=2', '2=2'], '2', 'twice 2', 'twice 2', 'twice 1'],
    [['2=2', '5=2'], '2', 'twice 2', 'twice 2', 'twice 2'],
    [['1=2', '3=2', '2=x'], '2', 'other 2', 'other 2', 'twice 1'],
    [['1=1', '2=2'], '2', 'found 2', 'found 2', 'found 2'],
    [['1=a', '2=02'], '02', 'found 2', 'found 2', 'found 2'],
    [['1=a'], '01', 'missing', 'missing', 'missing'],
    [['1=A'], 'a', 'missing', 'missing', 'missing'],
    [[], '1', 'missing', 'missing', 'missing'],
  ])('%j, %s', (rows, name, image, qemu, deleted) => {
    const tags = tagsOf(...rows);
    expect(told(resolveTag(tags, name))).toBe(image);
    expect(told(resolveTag(tags, name, 'qemu'))).toBe(qemu);
    expect(told(deletes(tags, name))).toBe(deleted);
  });

  it.each([
    [[], '1'],
    [['1=a', '2=b'], '3'],
    [['7=a', '2=b'], '8'],
    [['x=a', '9z=b'], '10'],
    [['4=9'], '5'],
  ])('after %j the next ID is %s', (rows, id) => {
    expect(nextTagId(tagsOf(...rows))).toBe(id);
  });

  it.each([
    // images, name, loaded by QEMU alone, and with libvirt's jobs
    [[['1=s*']], 's', 'loads', 'loads'],
    [[['1=s']], 's', 'fails', 'fails'],
    [[['1=t*']], 's', 'fails', 'fails'],
    [[['1=a*', '2=b*']], '2', 'fails', 'fails'],
    [[['1=s*', '2=s']], 's', 'loads', 'fails'],
    [[['1=s', '2=s*']], 's', 'fails', 'fails'],
    [[['1=s*', '2=s*']], 's', 'loads', 'loads'],
    [[['1=2*', '2=2']], '2', 'replaces-disks', 'fails'],
    [[['1=2*', '2=1*']], '2', 'loads', 'loads'],
    [[['1=2*', '2=1']], '2', 'replaces-disks', 'replaces-disks'],
    [[['1=s*'], ['1=s']], 's', 'loads', 'loads'],
    [[['1=s'], ['1=s*']], 's', 'fails', 'loads'],
    [[['1=s*'], ['1=s*']], 's', 'loads', 'fails'],
    [[['1=s*'], ['1=t']], 's', 'fails', 'fails'],
    [[], 's', 'fails', 'fails'],
  ])('%j: the memory of %s', (images, name, alone, byJobs) => {
    const all = images.map((rows) => tagsOf(...rows));
    expect([loadsMemory(all, name, false), loadsMemory(all, name, true)]).toEqual([alone, byJobs]);
  });
});
