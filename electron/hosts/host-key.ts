import type { Host } from '../../shared/schema.ts';

/**
 * What stands for a host in files that outlive a run: a host that was found on this computer has another id each time.
 */
export function hostKey({ kind, uri }: Pick<Host, 'kind' | 'uri'>): string {
  return kind === 'simulated' ? 'simulated' : uri;
}
