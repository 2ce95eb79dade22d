import { startFlag } from '../../../shared/libvirt/flags.ts';
import { checkPowerButton, destroy, reset, resume, shutdown, start, suspend } from '../power.ts';
import { checkFlags } from '../refuse.ts';
import type { World } from '../world.ts';
import { type Handlers, onDomain, wireDomain } from './handler.ts';

const START_FLAGS = Object.values(startFlag).reduce((all, bit) => all | bit, 0);

/** Starting, pausing, resetting and switching off (libvirt src/qemu/qemu_driver.c). */
export const powerHandlers = {
  domainCreateWithFlags: onDomain((domain, { flags }, { world }) => {
    checkFlags(flags, START_FLAGS, 'QEMU', 'qemuDomainCreateWithFlags');
    const change = start(domain, world.env, (flags & startFlag.paused) !== 0, (flags & startFlag.forceBoot) !== 0);
    world.apply(change);
    return { domain: wireDomain(change.domain) };
  }, 'DOM'),
  domainResume: onDomain((domain, _, { world }) => {
    world.apply(resume(domain));
    return {};
  }, 'DOM'),
  domainSuspend: onDomain((domain, _, { world }) => {
    world.apply(suspend(domain));
    return {};
  }, 'DOM'),
  domainShutdown: onDomain((domain, _, { world }) => {
    checkPowerButton(domain);
    if (!domain.ignoresPowerButton) void goDown(world, domain.uuid, domain.id);
    return {};
  }, 'DOM'),
  domainReset: onDomain((domain, { flags }, { world }) => {
    checkFlags(flags, 0, 'QEMU', 'qemuDomainReset');
    world.apply(reset(domain));
    return {};
  }, 'DOM'),
  domainDestroy: onDomain((domain, _, { world }) => {
    world.apply(destroy(domain));
    return {};
  }, 'DOM'),
} satisfies Partial<Handlers>;

/** The guest takes its time, and is off afterwards if nobody has paused it, or started it anew, meanwhile. */
async function goDown(world: World, uuid: string, id: number | null): Promise<void> {
  await world.sleep(world.options.shutdownMs);
  while (world.held(uuid)) await world.held(uuid);
  const domain = world.domains.find((each) => each.uuid === uuid);
  if (!world.closed && domain?.id === id && domain.state === 'running') world.apply(shutdown(domain));
}
