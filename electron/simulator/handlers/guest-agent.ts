import { freezeRefused } from '../guest-agent.ts';
import { refusal, refuse } from '../refuse.ts';
import { type Handlers, onDomain } from './handler.ts';

/** How many file systems the simulated guests have. */
const FILE_SYSTEMS = 2;

/** The guest agent (libvirt src/qemu/qemu_driver.c, qemu_agent.c). */
export const guestAgentHandlers = {
  domainFsfreeze: onDomain((domain, { mountpoints }, { world }) => {
    const refused = freezeRefused(domain);
    if (refused) throw refusal(refused);
    world.frozen.add(domain.uuid);
    return { filesystems: mountpoints.length || FILE_SYSTEMS };
  }, 'DOMAIN'),
  domainFsthaw: onDomain((domain, { mountpoints }, { world }) => {
    if (mountpoints.length > 0) refuse('ARGUMENT_UNSUPPORTED', 'QEMU', 'specifying mountpoints is not supported');
    const refused = freezeRefused(domain);
    if (refused) throw refusal(refused);
    return { filesystems: world.frozen.delete(domain.uuid) ? FILE_SYSTEMS : 0 };
  }, 'DOMAIN'),
  domainAgentSetResponseTimeout: onDomain((_, { seconds }) => {
    if (seconds < -2) refuse('INVALID_ARG', 'QEMU', `guest agent timeout '${seconds}' is less than the minimum '-2'`);
    return { result: 0 };
  }, 'DOMAIN'),
} satisfies Partial<Handlers>;
