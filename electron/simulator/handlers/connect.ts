import { authType, connectFlag, errorCode, errorDomain, errorLevel, feature } from '../../../shared/libvirt/flags.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { refuse } from '../refuse.ts';
import { capabilitiesXml } from '../xml-capabilities.ts';
import type { Handlers } from './handler.ts';

const drivers: readonly string[] = ['qemu:///system', 'qemu:///session'];
const features: readonly number[] = Object.values(feature);

/** Authentication, opening, and what a host says about itself (libvirt src/remote/remote_daemon_dispatch.c). */
export const connectHandlers = {
  authList: {
    run(_, { session }) {
      if (session.authTypes.includes(authType.none)) session.authenticated = true;
      return { types: [...session.authTypes] };
    },
  },
  authSaslInit: {
    run() {
      refuse('AUTH_FAILED', 'RPC', 'client tried invalid SASL init request');
    },
  },
  authPolkit: {
    run(_, { session }) {
      if (!session.authTypes.includes(authType.polkit))
        refuse('AUTH_FAILED', 'RPC', 'client tried invalid polkit init request');
      if (session.polkitRefuses)
        refuse('AUTH_UNAVAILABLE', 'POLKIT', 'no polkit agent available to authenticate action');
      session.authenticated = true;
      return { complete: 1 };
    },
  },
  connectOpen: {
    run({ name, flags }, { session }) {
      if (session.opened !== null) refuse('INTERNAL_ERROR', 'RPC', 'connection already open');
      const uri = name || 'qemu:///system';
      if (!drivers.includes(uri))
        throw new LibvirtError({
          code: errorCode.NO_CONNECT,
          domain: errorDomain.NONE,
          level: errorLevel.error,
          message: `no connection driver available for ${uri}`,
        });
      session.opened = uri;
      session.readOnly = (flags & connectFlag.readOnly) !== 0;
      return {};
    },
  },
  connectClose: {
    run(_, { session }) {
      session.opened = null;
      session.callbacks.clear();
      session.leaving = true;
      return {};
    },
  },
  connectSupportsFeature: {
    run({ feature: asked }, { session }) {
      if (asked === feature.programKeepalive) session.keepalive = true;
      return { supported: features.includes(asked) ? 1 : 0 };
    },
  },
  connectRegisterCloseCallback: {
    run(_, { session }) {
      if (session.closeCallback) refuse('INTERNAL_ERROR', 'RPC', 'A close callback is already registered');
      session.closeCallback = true;
      return {};
    },
  },
  connectGetType: { run: () => ({ type: 'QEMU' }) },
  connectGetVersion: { run: (_, { world }) => ({ version: BigInt(world.options.hypervisorVersion) }) },
  connectGetLibVersion: { run: (_, { world }) => ({ version: BigInt(world.options.libvirtVersion) }) },
  connectGetHostname: { run: () => ({ hostname: 'demo.snapkeel.example' }) },
  connectGetCapabilities: { run: (_, { world }) => ({ xml: capabilitiesXml(world.options.libvirtVersion) }) },
  nodeGetInfo: {
    run: () => ({
      model: 'x86_64',
      memoryKiB: 134_217_728n,
      cpus: 16,
      mhz: 3400,
      nodes: 1,
      sockets: 1,
      cores: 8,
      threads: 2,
    }),
  },
} satisfies Partial<Handlers>;
