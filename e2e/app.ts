import { expect, type Locator, type Page } from '@playwright/test';
import type { Started } from './shell.ts';

/** The app as a person sees it. */
export class App {
  readonly page: Page;
  readonly electron: Started['electron'];
  readonly url: Started['url'];
  readonly stop: Started['stop'];

  constructor(started: Started) {
    this.page = started.page;
    this.electron = started.electron;
    this.url = started.url;
    this.stop = started.stop;
  }

  domain(name: string): Locator {
    return this.page.getByRole('treeitem', { name, exact: true });
  }

  /** Opens a domain's history. */
  async open(name: string): Promise<void> {
    await this.domain(name).click();
    await expect(this.page.getByRole('heading', { name })).toBeVisible();
  }

  snapshot(name: string): Locator {
    return this.page.getByRole('row', { name, exact: true });
  }

  get here(): Locator {
    return this.page.getByRole('row', { name: /^You are here/ });
  }

  /** The dialog in which a revert is confirmed. */
  get dialog(): RevertDialog {
    return new RevertDialog(this.page);
  }

  /** Selects a snapshot and asks for a revert with the button. */
  async askRevert(snapshot: string): Promise<RevertDialog> {
    await this.snapshot(snapshot).click();
    await this.page.getByRole('button', { name: 'Revert…' }).click();
    await this.dialog.ready();
    return this.dialog;
  }

  /** What the app says of the last operation, once it has ended. */
  get lastOutcome(): Locator {
    return this.page.getByRole('contentinfo');
  }
}

export class RevertDialog {
  readonly root: Locator;

  constructor(page: Page) {
    this.root = page.getByRole('alertdialog');
  }

  get cancel(): Locator {
    return this.root.getByRole('button', { name: 'Cancel' });
  }

  get revert(): Locator {
    return this.root.getByRole('button', { name: 'Revert', exact: true });
  }

  get force(): Locator {
    return this.root.getByRole('checkbox', { name: 'Revert with --force' });
  }

  choice(name: 'As it was' | 'Running' | 'Paused'): Locator {
    return this.root.getByRole('radio', { name: name === 'As it was' ? /^As it was/ : name });
  }

  /** Waits until the plan is there to be read. */
  async ready(): Promise<void> {
    await expect(this.cancel).toBeFocused();
    await expect(this.root.getByRole('heading', { level: 3 }).first()).toBeVisible();
  }

  /** Confirms, and waits until libvirt has done it and the dialog is gone. */
  async confirm(): Promise<void> {
    await this.revert.click();
    await expect(this.root).toBeHidden({ timeout: 60_000 });
  }
}
