import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { unsaid } from '../shared/host-list/details.ts';
import { hostFileText } from '../shared/host-list/file.ts';
import type { App } from './app.ts';
import { both, expect, test } from './fixtures.ts';

/** Of a socket that nobody listens on: a host in the list that needs no network. */
const nowhere = (name: string) => `qemu+unix:///system?socket=/nowhere/${name}`;

/** The rows of the list, from the top, each behind two spaces a level; domains are left out. */
function rows({ page }: App): Promise<string[]> {
  return page.getByRole('tree', { name: 'Hosts and domains' }).evaluate((tree) =>
    [...tree.querySelectorAll<HTMLElement>('[role="treeitem"]:not([aria-selected])')]
      .sort((a, b) => Number(a.dataset.index) - Number(b.dataset.index))
      .map((row) => {
        const name = document.getElementById(row.getAttribute('aria-labelledby') ?? '')?.textContent;
        return `${'  '.repeat(Number(row.ariaLevel) - 1)}${name}`;
      }),
  );
}

async function add(app: App, name: string): Promise<void> {
  const { page } = app;
  await page.getByRole('button', { name: 'Add host' }).click();
  await page.getByRole('menuitem', { name: 'Add host…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox').fill(nowhere(name));
  await dialog.getByRole('button', { name: 'Add host' }).click();
  await expect(dialog).toBeHidden();
}

/** Opens the dialog for a host from its menu. */
async function edit(app: App, host: string) {
  await app.domain(host).click({ button: 'right' });
  await app.page.getByRole('menuitem', { name: 'Edit host…' }).click();
  const root = app.page.getByRole('dialog');
  await expect(root.getByRole('textbox', { name: 'Name' })).toBeFocused();
  return {
    root,
    field: (name: string) => root.getByLabel(name, { exact: true }),
    async save() {
      await root.getByRole('button', { name: 'Save' }).click();
      await expect(root).toBeHidden();
    },
  };
}

async function say(app: App, host: string, said: { name?: string; group?: string; note?: string }): Promise<void> {
  const dialog = await edit(app, host);
  for (const [field, text] of Object.entries(said))
    await dialog.field(`${field[0]?.toUpperCase()}${field.slice(1)}`).fill(text);
  await dialog.save();
}

async function command({ page }: App, name: string): Promise<Locator> {
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox', { name: /^Find/ }).fill(name);
  await page.getByRole('option', { name }).first().click();
  return page.getByRole('dialog');
}

/** Files of another data directory, before the app starts. */
async function seed(home: string, hosts: readonly object[]): Promise<void> {
  await mkdir(join(home, 'data'), { mode: 0o700 });
  await writeFile(join(home, 'data', 'hosts.json'), JSON.stringify({ version: 2, hosts }));
}

const called = (name: string) => `This computer (/nowhere/${name})`;
const demo = 'Demo (simulated)';

test('the demo host: hosts are added, put into groups, moved, folded and found', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  await expect(app.domain('web-01')).toBeVisible();
  for (const name of ['a', 'b', 'c']) await add(app, name);
  expect(await rows(app)).toEqual([called('a'), called('b'), called('c'), demo]);

  await say(app, called('a'), { name: 'kvm-a', group: 'Lab', note: 'Rack 4\nask Ada first' });
  await say(app, called('b'), { name: 'kvm-b', group: 'Production' });
  await say(app, called('c'), { name: 'kvm-c', group: 'Lab' });
  const grouped = ['Lab', '  kvm-a', '  kvm-c', 'Production', '  kvm-b', 'Ungrouped', `  ${demo}`];
  await expect.poll(() => rows(app)).toEqual(grouped);

  await test.step('a host and a group go a step by key and by menu, and keep the focus', async () => {
    await app.domain('kvm-c').click();
    await page.keyboard.press('Alt+ArrowUp');
    await expect.poll(() => rows(app)).toEqual(['Lab', '  kvm-c', '  kvm-a', ...grouped.slice(3)]);
    await expect(app.domain('kvm-c')).toBeFocused();
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(() => rows(app)).toEqual(grouped);
    await expect(app.domain('kvm-c')).toBeFocused();
    await app.domain('kvm-c').click({ button: 'right' });
    await expect(page.getByRole('menuitem', { name: 'Move host down' })).toContainText('It is the last of its group.');
    await page.getByRole('menuitem', { name: 'Move host up' }).click();
    await app.domain('Production').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Move group up' }).click();
    await expect
      .poll(() => rows(app))
      .toEqual(['Production', '  kvm-b', 'Lab', '  kvm-c', '  kvm-a', ...grouped.slice(5)]);
  });

  await test.step('a group is folded, by mouse and by key, and all is so after a reload', async () => {
    await app.domain('Production').click();
    await expect(app.domain('Production')).toHaveAttribute('aria-expanded', 'false');
    await expect(app.domain('Production')).toContainText('1 problem');
    await app.domain('kvm-c').click();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expect(app.domain('Lab')).toBeFocused();
    await page.keyboard.press('ArrowLeft');
    const folded = ['Production', 'Lab', 'Ungrouped', `  ${demo}`];
    await expect.poll(() => rows(app)).toEqual(folded);
    if (app.url !== undefined) await page.reload(); // a window of Electron’s has no such button
    await expect.poll(() => rows(app)).toEqual(folded);
  });

  await test.step('hosts are found by what is said of them, and domains by their host too', async () => {
    const filter = page.getByRole('textbox', { name: 'Filter hosts and domains' });
    await filter.fill('ada');
    await expect.poll(() => rows(app)).toEqual(['Lab', '  kvm-a']);
    await filter.fill('prod kvm');
    await expect.poll(() => rows(app)).toEqual(['Production', '  kvm-b']);
    await filter.fill('demo web-01');
    await expect.poll(() => rows(app)).toEqual(['Ungrouped', `  ${demo}`]);
    await expect(app.domain('web-01')).toHaveAttribute('aria-level', '3');
    await expect(app.domain('web-02')).toBeHidden();
    await filter.fill('no such thing');
    await expect(page.getByText('Nothing matches “no such thing”.')).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('a group is renamed into another', async () => {
    await app.domain('Lab').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Rename group…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Name' }).fill('Production');
    await expect(dialog).toContainText('2 hosts will join the hosts of “Production”.');
    await dialog.getByRole('button', { name: 'Rename' }).click();
    await expect(dialog).toBeHidden();
    await app.domain('Production').click();
    await expect
      .poll(() => rows(app))
      .toEqual(['Production', '  kvm-b', '  kvm-c', '  kvm-a', 'Ungrouped', `  ${demo}`]);
  });
});

test('the demo host: what is said of a host that was found is there again, and told of on its page', async ({
  start,
}) => {
  const app = await start('--demo');
  const { page } = app;
  const dialog = await edit(app, demo);
  await dialog.field('Name').fill('');
  await expect(dialog.root).toContainText('A name has 1 to 100 characters.');
  await expect(dialog.root.getByRole('button', { name: 'Save' })).toBeDisabled();
  await dialog.field('Name').fill('Playground');
  await dialog.field('Note').fill('one\ntwo');
  await dialog.root.getByRole('radio', { name: 'Teal' }).check();
  await dialog.root.getByRole('checkbox', { name: 'Read-only' }).check();
  await dialog.save();
  await app.domain('Playground').click();
  const view = page.getByRole('main');
  await expect(view).toContainText('read-only');
  await expect(view.getByText('one\ntwo')).toBeVisible();
  await expect(app.domain('Playground')).toHaveAccessibleDescription(
    /^connected, 10 of 15 domains running, read-only$/,
  );

  await app.stop();
  const again = await start('--demo');
  const kept = await edit(again, 'Playground');
  await expect(kept.field('Note')).toHaveValue('one\ntwo');
  await expect(kept.root.getByRole('radio', { name: 'Teal' })).toBeChecked();
  await expect(kept.root.getByRole('checkbox', { name: 'Read-only' })).toBeChecked();
  await again.page.keyboard.press('Escape');
});

test('the demo host: a protected host wants the name of each of its domains', async ({ start }) => {
  const app = await start('--demo');
  const dialog = await edit(app, demo);
  await dialog.root.getByRole('checkbox', { name: 'Protect all its domains' }).check();
  await dialog.save();
  await app.open('db-primary');
  await expect(app.page.getByRole('main')).toContainText('protected');
  await expect(app.domain('db-primary')).toHaveAccessibleDescription(/protected/);
  await app.page.getByRole('row').filter({ hasText: 'current' }).first().click();
  await app.page.getByRole('button', { name: 'Revert…' }).click();
  await app.dialog.ready();
  await expect(app.dialog.root).toContainText('db-primary is protected');
  await expect(app.dialog.revert).toBeDisabled();
  await app.dialog.typedName.fill('db-primary');
  await app.dialog.confirm();
  await expect(app.lastOutcome).toContainText('db-primary reverted');
});

test('the demo host: a host is edited by keyboard alone', async ({ start }) => {
  const app = await start('--demo');
  const { page } = app;
  const { keyboard } = page;
  await app.domain(demo).click();
  await keyboard.press('ControlOrMeta+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  await keyboard.type('edit host');
  await keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await keyboard.press('ControlOrMeta+a');
  await keyboard.type('Mine');
  await keyboard.press('Tab');
  await keyboard.type('Here');
  await keyboard.press('Tab');
  await expect(page.getByRole('radio', { name: 'None' })).toBeFocused();
  await keyboard.press('ArrowRight');
  await expect(page.getByRole('radio', { name: 'Blue' })).toBeChecked();
  await keyboard.press('Enter');
  await expect.poll(() => rows(app)).toEqual(['Here', '  Mine']);
});

test(
  'the demo host: the list goes to a file, and what is in one is read before it is taken',
  both,
  async ({ start }) => {
    const app = await start('--demo');
    const { page } = app;
    for (const name of ['a', 'b']) await add(app, name);
    await say(app, called('a'), { name: 'kvm-a', group: 'Lab', note: 'Rack 4' });
    await say(app, called('b'), { name: 'kvm-b', group: 'Lab' });

    const dialog = await command(app, 'Export hosts…');
    await expect(dialog).toContainText('The file holds 2 hosts');
    const file = await app.saved(() => dialog.getByRole('button', { name: 'Save file' }).click());
    expect(file.name).toBe('snapkeel-hosts.json');
    const [a, b] = [
      { ...unsaid, uri: nowhere('a'), name: 'kvm-a', group: 'Lab', note: 'Rack 4' },
      { ...unsaid, uri: nowhere('b'), name: 'kvm-b', group: 'Lab' },
    ];
    expect(file.text).toBe(hostFileText([a, b]));

    await app.domain('kvm-a').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Remove host…' }).click();
    await page.getByRole('button', { name: 'Remove host' }).click();
    await expect(app.domain('kvm-a')).toBeHidden();

    const pick = async (text: string) => {
      const buffer = Buffer.from(text);
      await page.getByLabel('File with hosts').setInputFiles({ name: 'h.json', mimeType: 'application/json', buffer });
    };
    const list = page.getByRole('list', { name: 'Hosts in the file' });
    await command(app, 'Import hosts…');
    await pick('{"hosts":[]}');
    await expect(dialog.getByText('This file is not a list of hosts')).toBeVisible();
    const withMore = JSON.parse(file.text) as { hosts: object[] };
    withMore.hosts[1] = { ...b, note: 'From the file', protected: true };
    withMore.hosts.push({ uri: 'qemu+ssh://root:geheim@kvm-c/system', name: 'kvm-c' }, { ...a, name: 'twice' });
    await pick(JSON.stringify(withMore, null, 2));
    await expect(list.getByRole('listitem')).toHaveCount(4);
    await expect(list.getByRole('listitem').nth(0)).toContainText('kvm-a');
    await expect(list.getByRole('listitem').nth(0).getByRole('img', { name: 'will be added' })).toBeVisible();
    await expect(list.getByRole('listitem').nth(1)).toContainText('The file says: another note, protected.');
    await expect(list.getByRole('listitem').nth(2)).toContainText('contains a password');
    await expect(list.getByRole('listitem').nth(2)).toContainText('line 27');
    await expect(dialog).not.toContainText('geheim');
    await expect(list.getByRole('listitem').nth(3)).toContainText('It is already in line 5.');
    await dialog.getByRole('button', { name: 'Add 1 host' }).click();
    await expect(dialog).toBeHidden();
    await expect(app.domain('kvm-a')).toBeVisible();
    await expect(app.domain('kvm-b')).not.toHaveAccessibleDescription(/protected/);

    await command(app, 'Import hosts…');
    await pick(JSON.stringify(withMore, null, 2));
    await expect(dialog.getByRole('button', { name: 'Import', exact: true })).toBeDisabled();
    await dialog.getByRole('checkbox', { name: /from the file$/ }).check();
    await dialog.getByRole('button', { name: 'Change 1 host' }).click();
    await expect(dialog).toBeHidden();
    await expect(app.domain('kvm-b')).toHaveAccessibleDescription(/protected/);
  },
);

test('two hundred hosts: only what is in sight is drawn, and a group is found at once', async ({ start, home }) => {
  const host = (at: number) => ({
    ...unsaid,
    key: nowhere(`${at}`),
    id: `h${at}`,
    name: `kvm-${at}`,
    group: `Room ${at % 8}`,
  });
  await seed(
    home,
    Array.from({ length: 200 }, (_, at) => host(at)),
  );
  const app = await start();
  const { page } = app;
  const drawn = page.getByRole('treeitem');
  await expect(app.domain('kvm-0')).toBeVisible();
  expect(await drawn.count()).toBeLessThan(80);
  await app.domain('Room 0').focus();
  await page.keyboard.press('End');
  await expect(page.locator(':focus')).toHaveRole('treeitem');
  expect(await drawn.count()).toBeLessThan(80);
  await page.getByRole('textbox', { name: 'Filter hosts and domains' }).fill('room 7 kvm-199');
  await expect.poll(() => rows(app)).toEqual(['Room 7', '  kvm-199']);
});

test('the hosts of an older version are there, with nothing said of them', async ({ start, home }) => {
  await mkdir(join(home, 'data'), { mode: 0o700 });
  const hosts = [{ id: 'a', name: 'old-one', uri: nowhere('a') }];
  await writeFile(join(home, 'data', 'hosts.json'), JSON.stringify({ version: 1, hosts }));
  const app = await start();
  const dialog = await edit(app, 'old-one');
  await expect(dialog.field('Group')).toHaveValue('');
  await dialog.field('Group').fill('Attic');
  await dialog.save();
  await expect.poll(async () => (await rows(app)).slice(0, 2)).toEqual(['Attic', '  old-one']);
});
