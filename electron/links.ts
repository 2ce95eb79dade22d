import { constants } from 'node:fs';
import { parseLink } from '../shared/link.ts';
import type { Hub } from './hosts/hub.ts';
import { openRegular } from './regular-file.ts';

/** What is read of a file; its first line is the link. Bytes. */
const HEAD_BYTES = 4_096;

/** Tells the window of links, each a `snapkeel://…` or the path of a file that begins with one. What is none is logged. */
export async function openLinks(links: readonly string[], hub: Hub, log: (line: string) => void): Promise<void> {
  for (const each of links) {
    const text = each.startsWith('snapkeel:') ? each : await headOf(each).catch(() => '');
    const link = parseLink(text);
    if (link) hub.publishLater({ type: 'link', link });
    else log(`${each} is not a Snapkeel link`);
  }
}

async function headOf(path: string): Promise<string> {
  const file = await openRegular(path, constants.O_RDONLY);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
