/** What a page is asked for its measures by; times are milliseconds of its own clock. */
export interface Probe {
  /** From each press of a key to its frame. */
  readonly keys: number[];
  /** Resolves after the next frame has been painted, with the time. */
  painted(): Promise<number>;
  /**
   * From the message to the pixel: resolves once `look` finds something after a change of the document, and that is painted.
   * @param least how long the message is at least
   */
  sinceMessage(look: () => unknown, least?: number): Promise<number>;
  /** How long the frames are while a scroller is moved by so many pixels in each. */
  scroll(selector: string, step: number, frames: number): Promise<number[]>;
  /** What a field takes for a text: the work on it, and until that is painted. */
  type(selector: string, text: string): Promise<{ work: number; painted: number }>;
}
declare global {
  interface Window {
    probe: Probe;
  }
}

/** Runs in the page, before anything else does. */
export function installProbe(): void {
  const messages: { at: number; length: number }[] = [];
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...args: ConstructorParameters<typeof Plain>) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        messages.push({ at: performance.now(), length: data.length ?? data.size ?? data.byteLength ?? 0 });
      });
    }
  };
  const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
  const painted = async () => {
    await frame();
    const { port1, port2 } = new MessageChannel();
    return new Promise<number>((resolve) => {
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(null);
    });
  };
  const keys: number[] = [];
  addEventListener('keydown', ({ timeStamp }) => void painted().then((at) => keys.push(at - timeStamp)), true);
  window.probe = {
    keys,
    painted,
    sinceMessage: (look, least = 0) =>
      new Promise((resolve) => {
        const check = () => {
          if (!look()) return;
          observer.disconnect();
          const { at } = messages.findLast(({ length }) => length >= least) ?? { at: Number.NaN };
          void painted().then((end) => resolve(end - at));
        };
        const observer = new MutationObserver(check);
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      }),
    async scroll(selector, step, frames) {
      const scroller = document.querySelector(selector);
      if (!scroller) throw new Error(`no ${selector}`);
      const spans: number[] = [];
      let last = await frame();
      for (let count = 0; count < frames; count++) {
        scroller.scrollTop += step;
        const now = await frame();
        spans.push(now - last);
        last = now;
      }
      return spans;
    },
    async type(selector, text) {
      const field = document.querySelector<HTMLInputElement>(selector);
      if (!field) throw new Error(`no ${selector}`);
      // React has a setter of its own on the field.
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, text);
      const before = performance.now();
      field.dispatchEvent(new InputEvent('input', { bubbles: true }));
      await Promise.resolve();
      const work = performance.now() - before;
      return { work, painted: (await painted()) - before };
    },
  };
}
