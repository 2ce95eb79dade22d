import { z } from 'zod';

/** Where a link leads. It shows a domain, or the plan of a revert; it never changes anything. */
export const Link = z.object({
  action: z.enum(['open', 'revert']),
  /** The connection URI of the host. */
  host: z.string().min(1),
  /** Name or UUID. */
  domain: z.string().min(1),
  snapshot: z.string().min(1).nullable(),
});
export type Link = z.infer<typeof Link>;

/** Longer ones are nobody's; characters. */
const LONGEST = 4_096;

/**
 * Reads `snapkeel://revert?host=qemu:///system&domain=web-01&snapshot=clean`, also as the first line of a `.snapkeel`
 * file. Null for anything else: links come from anywhere.
 */
export function parseLink(text: string): Link | null {
  const line =
    text
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/, 1)[0]
      ?.trim() ?? '';
  const [, action, query] = /^snapkeel:\/\/(\w+)\/?\?(.*)$/.exec(line) ?? [];
  // Half a surrogate is no text, and could not be written again.
  const isText = line.length <= LONGEST && !/\p{Cs}/u.test(line);
  const params = query === undefined || !isText ? null : readQuery(query);
  if (!params) return null;
  const snapshot = params.get('snapshot') ?? null;
  const read = Link.safeParse({ action, host: params.get('host'), domain: params.get('domain'), snapshot });
  return read.success && (read.data.action === 'open' || snapshot !== null) ? read.data : null;
}

/** The link as text: what `parseLink` reads. */
export function linkText({ action, host, domain, snapshot }: Link): string {
  const params = Object.entries({ host, domain, snapshot }).filter(([, value]) => value !== null);
  return `snapkeel://${action}?${params.map(([name, value]) => `${name}=${encodeURIComponent(value ?? '')}`).join('&')}`;
}

/** Null where the percent signs make no sense. Of two with one name the first counts. */
function readQuery(query: string): ReadonlyMap<string, string> | null {
  try {
    const pairs = query.split('&').map((pair): [string, string] => {
      const [name = '', ...value] = pair.replaceAll('+', ' ').split('=');
      return [decodeURIComponent(name), decodeURIComponent(value.join('='))];
    });
    return new Map(pairs.reverse());
  } catch {
    return null;
  }
}
