import {
  lifecycle,
  pausedReason,
  resumedDetail,
  runningReason,
  shutdownDetail,
  shutoffReason,
  startedDetail,
  stoppedDetail,
  suspendedDetail,
} from '../../shared/libvirt/flags.ts';
import { type Change, type DomainEvent, type DomainModel, type Env, stoppedAt } from './model.ts';
import { refuse } from './refuse.ts';

export function tell(event: keyof typeof lifecycle, detail: number): DomainEvent {
  return { kind: 'lifecycle', event: lifecycle[event], detail };
}

/**
 * qemuDomainCreateWithFlags: boots, or restores the managed save, which `forceBoot` drops.
 * @throws LibvirtError 55 while it runs
 */
export function start(domain: DomainModel, env: Env, paused = false, forceBoot = false): Change {
  if (domain.live) refuse('OPERATION_INVALID', 'QEMU', 'domain is already running');
  const [reason, detail] =
    domain.managedSave && !forceBoot
      ? [runningReason.restored, startedDetail.restored]
      : [runningReason.booted, startedDetail.booted];
  return {
    domain: {
      ...domain,
      id: env.newId(),
      live: domain.config,
      managedSave: false,
      clock: stoppedAt(reason === runningReason.restored ? domain.clock.ran : 0),
      ...(paused ? { state: 'paused', reason: pausedReason.user } : { state: 'running', reason }),
    },
    events: paused
      ? [tell('started', detail), tell('suspended', suspendedDetail.paused)]
      : [tell('resumed', resumedDetail.unpaused), tell('started', detail)],
  };
}

/** qemuDomainDestroyFlags: pulls the plug; a transient domain is gone afterwards. */
export function destroy(domain: DomainModel): Change {
  return stop(domain, shutoffReason.destroyed, [tell('stopped', stoppedDetail.destroyed)]);
}

/** A guest that shuts down by itself. */
export function shutdown(domain: DomainModel): Change {
  const events = [tell('shutdown', shutdownDetail.guest), tell('stopped', stoppedDetail.shutdown)];
  return stop(domain, shutoffReason.shutdown, events);
}

/** qemuDomainManagedSave */
export function managedSave(domain: DomainModel): Change {
  if (!domain.persistent) refuse('OPERATION_INVALID', 'QEMU', 'cannot do managed save for transient domain');
  const events = [tell('suspended', suspendedDetail.paused), tell('stopped', stoppedDetail.saved)];
  const change = stop(domain, shutoffReason.saved, events);
  return { ...change, domain: { ...change.domain, managedSave: true } };
}

/** qemuDomainSuspend; a guest that is paused stays so without a word. */
export function suspend(domain: DomainModel): Change {
  if (!domain.live) refuse('OPERATION_INVALID', 'DOMAIN', 'domain is not running');
  if (domain.state === 'paused') return { domain, events: [] };
  return {
    domain: { ...domain, state: 'paused', reason: pausedReason.user },
    events: [tell('suspended', suspendedDetail.paused)],
  };
}

/** qemuDomainResume */
export function resume(domain: DomainModel): Change {
  if (!domain.live) refuse('OPERATION_INVALID', 'DOMAIN', 'domain is not running');
  if (domain.state === 'running') refuse('OPERATION_INVALID', 'QEMU', 'domain is already running');
  return {
    domain: { ...domain, state: 'running', reason: runningReason.unpaused },
    events: [tell('resumed', resumedDetail.unpaused)],
  };
}

/** The power button (qemuDomainShutdownFlags): whether the guest cares is its own business. @throws LibvirtError 55 */
export function checkPowerButton(domain: DomainModel): void {
  if (domain.state !== 'running') refuse('OPERATION_INVALID', domain.live ? 'QEMU' : 'DOMAIN', 'domain is not running');
}

/** qemuDomainReset: the same QEMU boots anew; a guest that is paused stays so. */
export function reset(domain: DomainModel): Change {
  if (!domain.live) refuse('OPERATION_INVALID', 'DOMAIN', 'domain is not running');
  return { domain: { ...domain, clock: stoppedAt(0) }, events: [{ kind: 'reboot' }] };
}

/** The domain without its QEMU. */
export function switchedOff(domain: DomainModel, reason: number): DomainModel {
  return { ...domain, id: null, live: null, state: 'shutoff', reason, blockJobs: [] };
}

function stop(domain: DomainModel, reason: number, events: readonly DomainEvent[]): Change {
  if (!domain.live) refuse('OPERATION_INVALID', 'DOMAIN', 'domain is not running');
  return { domain: switchedOff(domain, reason), events };
}
