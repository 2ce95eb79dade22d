import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { bundledPackages, licenceTexts } from './licences.ts';
import { components, metainfo } from './metainfo.ts';
import { manifest, prepared, root } from './project.ts';

/**
 * Writes what packages hold besides the build to `out/packaging/`. Needs a build.
 * @param date of this version, in seconds
 */
export function prepare(date: number): void {
  mkdirSync(prepared, { recursive: true });
  // Whoever packs at the same time sees a file whole.
  const write = (name: string, content: string | Buffer): void => {
    const unfinished = `${prepared}${name}.${randomUUID()}`;
    writeFileSync(unfinished, content);
    renameSync(unfinished, prepared + name);
  };
  const licences = licenceTexts(bundledPackages());
  write('third-party-licences.txt', licences);
  write('copyright', copyright(licences));
  // fpm packs the one itself; the other is packed as it is.
  write('snapkeel.changelog', debianChangelog('snapkeel', date));
  write('snapkeel-browser.changelog.gz', zipped(debianChangelog('snapkeel-browser', date)));
  for (const component of Object.values(components)) write(`${component.id}.metainfo.xml`, metainfo(component, date));
  for (const page of ['linux/snapkeel.1', 'browser/snapkeel-browser.1']) {
    const source = readFileSync(`${root}packaging/${page}`, 'utf8');
    const day = new Date(date * 1000).toISOString().slice(0, 10);
    write(
      `${page.split('/')[1]}.gz`,
      zipped(source.replaceAll('@DATE@', day).replaceAll('@VERSION@', manifest.version)),
    );
  }
}

/** Node leaves the date out of the header, so that the bytes depend on the content alone. */
function zipped(text: string): Buffer {
  return gzipSync(text, { level: 9 });
}

/**
 * This version's section of CHANGELOG.md in Debian's form.
 * @throws Error when there is none
 */
function debianChangelog(name: string, date: number): string {
  const sections = readFileSync(`${root}CHANGELOG.md`, 'utf8').split(/^## /m);
  const section = sections.find((each) => each.split('\n', 1)[0]?.split(' ')[0] === manifest.version);
  if (!section) throw new Error(`CHANGELOG.md says nothing of ${manifest.version}`);
  const entries = section.split(/^- /m).slice(1);
  const lines = entries.map((entry) => wrapped(entry.trim().split(/\s+/), 74).join('\n    '));
  const day = new Date(date * 1000).toUTCString().replace('GMT', '+0000');
  return `${name} (${manifest.version}) stable; urgency=medium\n\n${lines.map((line) => `  * ${line}`).join('\n')}\n\n -- ${manifest.author}  ${day}\n`;
}

function wrapped(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Debian's machine-readable form for our own; the others' follow as they are. */
function copyright(thirdParty: string): string {
  const indented = thirdParty
    .trim()
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .' : ` ${line}`));
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Snapkeel
Source: ${manifest.homepage}

Files: *
Copyright: The Snapkeel authors
License: Apache-2.0
Comment: On Debian systems, the full text of the licence is in
 /usr/share/common-licenses/Apache-2.0. What else the program contains:
 .
${indented.join('\n')}

License: Apache-2.0
 Licensed under the Apache License, Version 2.0: you may obtain a copy of it at
 http://www.apache.org/licenses/LICENSE-2.0
`;
}
