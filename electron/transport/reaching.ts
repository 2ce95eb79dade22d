import { isIP, type Socket } from 'node:net';
import type { ConnectStep } from '../../shared/schema.ts';

/** Tells the steps of a socket that has just begun to connect: a name is looked up, an address is not. */
export function tellReaching(socket: Socket, host: string, onStep: (step: ConnectStep) => void): void {
  if (isIP(host) !== 0) {
    onStep('connect');
    return;
  }
  onStep('resolve');
  let found = false;
  // Of a name with several addresses each is told; one that was not found comes with an error.
  socket.on('lookup', (error: Error | null) => {
    if (error === null && !found) onStep('connect');
    found ||= error === null;
  });
}
