import { expect, it } from 'vitest';
import { errorCode, errorDomain } from '../../shared/libvirt/flags.ts';
import { polkitRefusal } from './polkit.ts';

it.each([
  ['AUTH_FAILED', 'POLKIT', 'POLKIT_DENIED'],
  ['AUTH_UNAVAILABLE', 'POLKIT', 'POLKIT_NO_AGENT'],
  ['AUTH_CANCELLED', 'POLKIT', 'POLKIT_CANCELLED'],
  ['DBUS_SERVICE', 'DBUS', 'POLKIT_NOT_RUNNING'],
  ['INTERNAL_ERROR', 'DBUS', 'POLKIT_NOT_RUNNING'],
  // An internal error of any other part says nothing of polkit.
  ['INTERNAL_ERROR', 'RPC', 'POLKIT_REFUSED'],
  ['SYSTEM_ERROR', 'RPC', 'POLKIT_REFUSED'],
] as const)('%s of %s is %s', (code, domain, refusal) => {
  expect(polkitRefusal({ code: errorCode[code], domain: errorDomain[domain] })).toBe(refusal);
});
