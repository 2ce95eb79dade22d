import { expect, it } from 'vitest';
import { domainWordLimits } from '../../shared/schema.ts';
import { parseDomainWords } from './domain-words.ts';
import { readXml } from './xml.ts';

const wordsOf = async (inner: string) => parseDomainWords(await readXml(`<domain>${inner}</domain>`, 'domain'));

it('reads title and description as plain text', async () => {
  expect(
    await wordsOf('<title> Shop\n database </title><description>Ask the DBAs.\nThen &lt;b>wait&lt;/b>.</description>'),
  ).toEqual({ title: 'Shop database', description: 'Ask the DBAs.\nThen <b>wait</b>.' });
  expect(await wordsOf('<name>web</name>')).toEqual({ title: '', description: '' });
});

it('takes no words of what is inside the domain', async () => {
  expect(await wordsOf('<metadata><title>of something else</title></metadata>')).toMatchObject({ title: '' });
});

it('keeps no more than a person would read, and no half of a sign', async () => {
  const { title, description } = await wordsOf(
    `<title>${'😀'.repeat(300)}</title><description>${'x'.repeat(9_000)}</description>`,
  );
  expect(title.length).toBeLessThanOrEqual(domainWordLimits.title + 1);
  expect(title).toMatch(/^(😀)+…$/u);
  expect(description).toHaveLength(domainWordLimits.description);
  expect(description.endsWith('x…')).toBe(true);
});
