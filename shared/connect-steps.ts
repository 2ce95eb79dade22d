/** How far a connection has come, in the order of things; each is also what it waits for. */
export const connectSteps = [
  'configure',
  'resolve',
  'connect',
  'host-key',
  'authenticate',
  'socket',
  'open',
  'read',
] as const;

/** The host that questions of a connection test are of. */
export const testedHostId = 'connection-test';
