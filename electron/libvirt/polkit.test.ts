import { expect, it } from 'vitest';
import { type ErrorName, errorCode, errorDomain } from '../../shared/libvirt/flags.ts';
import { type PolkitRefusal, polkitRefusal } from './polkit.ts';

it.each<[ErrorName, keyof typeof errorDomain, PolkitRefusal, number?]>([
  ['DBUS_SERVICE', 'DBUS', 'POLKIT_UNANSWERED', 30_000],
  // Of the others no wait makes another thing.
  ['AUTH_FAILED', 'POLKIT', 'POLKIT_DENIED', 30_000],
  ['INTERNAL_ERROR', 'DBUS', 'POLKIT_NOT_RUNNING', 30_000],
  ['AUTH_FAILED', 'POLKIT', 'POLKIT_DENIED'],
  ['AUTH_UNAVAILABLE', 'POLKIT', 'POLKIT_NO_AGENT'],
  ['AUTH_CANCELLED', 'POLKIT', 'POLKIT_CANCELLED'],
  ['DBUS_SERVICE', 'DBUS', 'POLKIT_NOT_RUNNING'],
  ['INTERNAL_ERROR', 'DBUS', 'POLKIT_NOT_RUNNING'],
  // An internal error of any other part says nothing of polkit.
  ['INTERNAL_ERROR', 'RPC', 'POLKIT_REFUSED'],
  ['SYSTEM_ERROR', 'RPC', 'POLKIT_REFUSED'],
])('%s of %s is %s', (code, domain, refusal, waited = 20) => {
  expect(polkitRefusal({ code: errorCode[code], domain: errorDomain[domain] }, waited)).toBe(refusal);
});
