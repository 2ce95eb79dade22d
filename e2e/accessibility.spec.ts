import AxeBuilder from '@axe-core/playwright';
import type { App } from './app.ts';
import { expect, test } from './fixtures.ts';

/** What axe finds on the present page, as lines. */
async function violations({ page }: App): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return found.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

for (const scheme of ['light', 'dark'] as const)
  test(`the history and the dialog can be used by everybody, ${scheme}`, async ({ start }) => {
    const app = await start('--demo');
    await app.page.emulateMedia({ colorScheme: scheme });
    await app.open('win11-desktop');
    await app.page.getByRole('row').nth(1).click();
    expect(await violations(app)).toEqual([]);
    await app.page.getByRole('button', { name: 'Revert…' }).click();
    await app.dialog.ready();
    expect(await violations(app)).toEqual([]);
  });
