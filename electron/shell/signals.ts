/** Ctrl+C, a session that ends, a terminal that is closed. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ends at the first of these signals. More of them are for the same ending: a terminal tells the whole group of processes,
 * and whoever started this one tells it once more.
 */
export function onEndingSignal(end: () => void): void {
  for (const signal of endings) process.on(signal, end);
}

/** An error that nobody expected is written down. What libvirt is doing meanwhile is waited for as before. */
export function surviveErrors(log: (line: string) => void): void {
  const note = (error: unknown) => log(`unexpected: ${error instanceof Error ? error.stack : error}`);
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
}

/** What is written to a terminal that has gone is lost, and nothing else. */
export function surviveLostTerminal(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
}
