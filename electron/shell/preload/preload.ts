import { contextBridge, ipcRenderer } from 'electron';

/** Hands one port from the page to the main process, once, and tells the page which shell it is in. */
contextBridge.exposeInMainWorld('snapkeel', { shell: 'electron' });

function handOver(event: MessageEvent): void {
  if (event.source !== window || event.origin !== location.origin || event.data !== 'snapkeel:port') return;
  window.removeEventListener('message', handOver);
  ipcRenderer.postMessage('snapkeel:port', null, [...event.ports]);
}
window.addEventListener('message', handOver);
