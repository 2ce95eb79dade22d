import { join, normalize, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { net, protocol } from 'electron';
import { securityHeaders } from './content-security-policy.ts';

/** The page's own origin: files of the build and nothing else. */
export const pageOrigin = 'app://snapkeel';

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** @param directory the built page */
export function handleAppScheme(directory: string): void {
  protocol.handle('app', async (request) => {
    const file = fileOf(request.url, directory);
    if (!file) return new Response(null, { status: 404 });
    try {
      const response = await net.fetch(pathToFileURL(file).href);
      const headers = new Headers(response.headers);
      for (const [name, value] of Object.entries(securityHeaders("'none'"))) headers.set(name, value);
      return new Response(response.body, { headers });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}

/** The file behind a URL of the page, or null for anything outside the build. */
function fileOf(url: string, directory: string): string | null {
  const { host, pathname } = new URL(url);
  if (host !== 'snapkeel') return null;
  const file = normalize(join(directory, decodeURIComponent(pathname === '/' ? '/index.html' : pathname)));
  return file.startsWith(directory.endsWith(sep) ? directory : directory + sep) ? file : null;
}
