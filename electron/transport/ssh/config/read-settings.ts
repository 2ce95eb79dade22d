import type { TransportContext } from '../../transport.ts';
import { askOpenSsh } from './ask-openssh.ts';
import type { SshQuery, SshSettings } from './settings.ts';
import { readWithoutOpenSsh } from './without-openssh.ts';

/** The SSH configuration of a host: OpenSSH is asked, and where there is none its files are read. @throws as `askOpenSsh` */
export async function readSettings(
  query: SshQuery,
  context: Pick<TransportContext, 'env' | 'home'>,
  signal: AbortSignal,
): Promise<SshSettings> {
  return (await askOpenSsh(query, context, signal)) ?? (await readWithoutOpenSsh(query, context));
}
