import { cancelled, throwIfAborted } from './abort.ts';
import type { Transport } from './transport.ts';

/**
 * A transport whose code comes with its first dial.
 * @param place what `describe` says before that
 */
export function whenDialled(load: () => Promise<Transport>, place: string): Transport {
  let coming: Promise<Transport> | undefined;
  let opened: Transport | undefined;
  let isClosed = false;
  const open = async () => {
    opened = await load();
    if (isClosed) opened.close();
    return opened;
  };
  return {
    dial: async (signal) => {
      throwIfAborted(signal);
      if (isClosed) throw cancelled();
      coming ??= open();
      return (await coming).dial(signal);
    },
    describe: () => opened?.describe() ?? place,
    close: () => {
      isClosed = true;
      opened?.close();
    },
  };
}
