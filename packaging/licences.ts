import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.ts';

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX */
  readonly licence: string;
  readonly text: string;
}
type Part = 'main' | 'preload' | 'renderer';

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly licenses?: readonly { readonly type: string }[];
  readonly author?: string | { readonly name: string };
}

/**
 * The packages that went into the build, by the lists that it leaves, with their licences.
 * @throws Error when a package has no licence, or when its text is neither in the package nor the same for all (MIT)
 */
export function bundledPackages(parts: readonly Part[] = ['main', 'preload', 'renderer']): BundledPackage[] {
  if (!existsSync(`${root}out/packages`)) throw new Error('nothing is built yet: npm run build');
  const folders = parts.flatMap(
    (part) => JSON.parse(readFileSync(`${root}out/packages/${part}.json`, 'utf8')) as string[],
  );
  return [...new Set(folders)].sort().map(readPackage);
}

/** All licence texts in one file, equal texts once. */
export function licenceTexts(packages: readonly BundledPackage[]): string {
  const byText = new Map<string, BundledPackage[]>();
  for (const each of packages) byText.set(each.text, [...(byText.get(each.text) ?? []), each]);
  const sections = [...byText].map(([text, those]) => {
    const names = those.map(({ name, version, licence }) => `${name} ${version} (${licence})`);
    return `${names.join('\n')}\n\n${text}\n`;
  });
  const rule = `\n${'-'.repeat(78)}\n\n`;
  return `Snapkeel contains these packages, under these licences.\n${rule}${sections.join(rule)}`;
}

function readPackage(folder: string): BundledPackage {
  const directory = join(root, folder);
  const json = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as PackageJson;
  const licence = json.license ?? json.licenses?.map(({ type }) => type).join(' OR ');
  if (!licence) throw new Error(`${folder} has no licence`);
  const file = readdirSync(directory).find((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name));
  const text = file
    ? readFileSync(join(directory, file), 'utf8').replaceAll('\r\n', '\n').trim()
    : standardText(json, licence);
  return { name: json.name, version: json.version, licence, text };
}

function standardText({ name, author }: PackageJson, licence: string): string {
  const standard = standards[licence];
  if (!standard) throw new Error(`${name} holds no text of its licence, ${licence}`);
  const holder = typeof author === 'string' ? author : author?.name;
  return `${standard.title}\n\nCopyright (c) ${holder ?? `the authors of ${name}`}\n\n${standard.text}`;
}

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

const isc = `Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY
AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM
LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR
OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR
PERFORMANCE OF THIS SOFTWARE.`;

/** Texts of licences that some packages only name. */
const standards: Readonly<Record<string, { readonly title: string; readonly text: string }>> = {
  MIT: { title: 'MIT License', text: mit },
  ISC: { title: 'ISC License', text: isc },
};
