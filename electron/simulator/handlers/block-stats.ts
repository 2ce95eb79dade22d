import { statsFlag } from '../../../shared/libvirt/flags.ts';
import type { WireTypedParam } from '../../libvirt/procedures.ts';
import { imageFiles } from '../files.ts';
import type { DomainModel } from '../model.ts';
import type { World } from '../world.ts';
import { param } from './typed-param.ts';

/**
 * qemuDomainGetStatsBlock: the image that each disk writes to, with BACKING those below it too. Of a file that cannot be
 * opened only the path is told; QEMU keeps what it runs on open.
 */
export function blockStats(domain: DomainModel, world: World, flags: number): WireTypedParam[] {
  const { disks } = domain.live ?? domain.config;
  const files = imageFiles(
    world.domains.map((each) => (each === domain && domain.live ? { ...each, gone: [] } : each)),
  );
  const layers = disks.flatMap(({ target, path, backing }): { target: string; path: string | null }[] => {
    const below = flags & statsFlag.backing ? backing : [];
    return path === null ? [{ target, path }] : [path, ...below].map((image) => ({ target, path: image }));
  });
  return [
    param('block.count', 'uint', layers.length),
    ...layers.flatMap(({ target, path }, n) => {
      const file = path === null ? undefined : files.get(path);
      return [
        param(`block.${n}.name`, 'string', target),
        ...(path === null ? [] : [param(`block.${n}.path`, 'string', path)]),
        ...(file ? sizes(n, file) : []),
      ];
    }),
  ];
}

function sizes(n: number, file: { allocatedBytes: bigint; virtualBytes: bigint }): WireTypedParam[] {
  return [
    param(`block.${n}.allocation`, 'ullong', file.allocatedBytes),
    param(`block.${n}.capacity`, 'ullong', file.virtualBytes),
    param(`block.${n}.physical`, 'ullong', file.allocatedBytes),
  ];
}
