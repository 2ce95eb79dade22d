import { expect, type Locator } from '@playwright/test';
import type { App } from './app.ts';
import type { Guest } from './lab/guest.ts';
import type { Lab } from './lab/lab.ts';

/** The dialog in which a snapshot is taken. */
export class CreateDialog {
  readonly root: Locator;
  constructor(readonly app: App) {
    this.root = app.page.getByRole('alertdialog');
  }
  get name() {
    return this.root.getByRole('textbox', { name: 'Name', exact: true });
  }
  get take() {
    return this.root.getByRole('button', { name: 'Take snapshot' });
  }
  mode(name: 'Disks and memory, inside' | 'Disks and memory, in new' | 'Disks only, inside' | 'Disks only, in new') {
    return this.root.getByRole('radio', { name: new RegExp(`^${name}`) });
  }
  async open() {
    await this.app.page.getByRole('main').getByRole('button', { name: 'Take snapshot' }).click();
    await expect(this.name).toBeFocused();
  }
  async confirm(name: string) {
    await this.take.click();
    await expect(this.root).toBeHidden({ timeout: 60_000 });
    await expect(this.app.lastOutcome).toContainText(`“${name}” taken`);
    await expect(this.app.snapshot(name)).toHaveAttribute('aria-selected', 'true');
  }
}

/** Opens the dialog for the selected rows and waits until it can be read. */
export async function askDelete(app: App, ...names: string[]) {
  const [first = '', ...more] = names;
  await app.snapshot(first).click();
  for (const name of more) await app.snapshot(name).click({ modifiers: ['ControlOrMeta'] });
  await app.page.keyboard.press('Delete');
  const root = app.page.getByRole('alertdialog');
  await expect(root.getByRole('radio', { name: /^Only th/ })).toBeChecked();
  return {
    root,
    mode: (name: RegExp) => root.getByRole('radio', { name }).check(),
    confirm: async () => {
      await root.getByRole('button', { name: /^Delete/ }).click();
      await expect(root).toBeHidden({ timeout: 60_000 });
    },
  };
}

/** `name parent` of each snapshot, as virsh tells them. */
export async function treeOf(lab: Lab, guest: Guest): Promise<string[]> {
  const text = await lab.virsh('snapshot-list', guest.name, '--parent');
  return text
    .split('\n')
    .slice(2)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const words = line.trim().split(/\s+/);
      return words.length > 5 ? `${words[0]} < ${words.at(-1)}` : `${words[0]}`;
    })
    .sort();
}

/** Opens the dialog in which a snapshot is edited, by its key. */
export async function askEdit(app: App, snapshot: string) {
  const { page } = app;
  await app.snapshot(snapshot).click();
  await page.keyboard.press('F2');
  const dialog = page.getByRole('alertdialog');
  await expect(dialog.getByRole('textbox', { name: 'Description' })).toBeVisible();
  return {
    root: dialog,
    name: dialog.getByRole('textbox', { name: 'Name' }),
    description: dialog.getByRole('textbox', { name: 'Description' }),
    save: dialog.getByRole('button', { name: 'Save' }),
  };
}
