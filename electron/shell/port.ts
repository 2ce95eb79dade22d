import { RPCHandler } from '@orpc/server/message-port';
import { type IpcMainEvent, ipcMain } from 'electron';
import type { AppRouter } from '../router.ts';
import { pageOrigin } from './app-scheme.ts';

/** Answers the port that a window's own page hands over; ports from any other frame are closed. */
export function servePorts(router: AppRouter): void {
  const handler = new RPCHandler(router);
  ipcMain.on('snapkeel:port', (event) => {
    const [port] = event.ports;
    if (!port) return;
    if (!isOwnPage(event)) {
      port.close();
      return;
    }
    handler.upgrade(port);
    port.start();
  });
}

function isOwnPage({ senderFrame }: IpcMainEvent): boolean {
  return senderFrame?.parent === null && senderFrame.origin === pageOrigin;
}
