import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';

interface PageFile {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | number>>;
}

/** Of everything that a build makes. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html;charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/**
 * The built page, read once: a window gets files of one version to its end, also where an update replaces them meanwhile.
 * Nothing but these files can be asked for, whatever a path looks like.
 */
export class PageFiles {
  private constructor(private readonly files: ReadonlyMap<string, PageFile>) {}

  /** @throws the system's error where it can't be read */
  static async read(directory: string): Promise<PageFiles> {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    const files = paths.map(async (path): Promise<[string, PageFile]> => {
      const body = await readFile(path);
      const headers = {
        'Content-Type': types[extname(path)] ?? 'application/octet-stream',
        'Content-Length': body.length,
        'Cache-Control': 'no-cache',
        ETag: `"${createHash('sha256').update(body).digest('base64url')}"`,
      };
      return [path.slice(join(directory, sep).length - 1).replaceAll(sep, '/'), { body, headers }];
    });
    return new PageFiles(new Map(await Promise.all(files)));
  }

  /** @returns the status of what can't be answered with a file, or null */
  answer(
    { method, url = '', headers }: IncomingMessage,
    response: ServerResponse,
    more: Record<string, string>,
  ): number | null {
    if (method !== 'GET' && method !== 'HEAD') return 405;
    const path = url.replace(/[?#].*$/s, '');
    const file = this.files.get(path === '/' ? '/index.html' : path);
    if (!file) return 404;
    const isKnown = headers['if-none-match'] === file.headers.ETag;
    response.writeHead(isKnown ? 304 : 200, { ...file.headers, ...more });
    response.end(isKnown ? undefined : file.body);
    return null;
  }
}
