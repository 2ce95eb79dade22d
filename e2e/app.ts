import { expect, type Locator, type Page } from '@playwright/test';
import { type SavedFile, savedFile } from './saved-file.ts';
import type { Started } from './shell.ts';

/** The app as a person sees it. */
export class App {
  readonly page: Page;
  readonly electron: Started['electron'];
  readonly url: Started['url'];
  readonly stop: Started['stop'];
  readonly kill: Started['kill'];

  constructor(started: Started) {
    this.page = started.page;
    this.electron = started.electron;
    this.url = started.url;
    this.stop = started.stop;
    this.kill = started.kill;
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

  /** Opens a tab of the open domain. */
  async tab(name: 'Snapshots' | 'Health' | 'Activity'): Promise<void> {
    await this.page.getByRole('main').getByRole('tab', { name }).click();
  }

  /** Selects domains in the list, to change them together. */
  async choose(...names: string[]): Promise<void> {
    for (const name of names) await this.domain(name).click({ modifiers: ['ControlOrMeta'] });
  }

  /** The dialog of a lab reset: its target, its plan, its progress and its report. */
  get lab(): LabDialog {
    return new LabDialog(this.page);
  }

  /** The dialog in which snapshots of several domains are taken. */
  get takeEach(): TakeEachDialog {
    return new TakeEachDialog(this.page);
  }

  /** Resolves once a text has been there, however short a time; to be called before what leads to it. */
  async appears(text: string): Promise<{ seen: Promise<void> }> {
    const watch = await this.page.evaluateHandle((wanted) => {
      const seen = new Promise<void>((resolve) => {
        const look = () => document.body.textContent?.includes(wanted) && resolve();
        new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
        look();
      });
      return { seen };
    }, text);
    return {
      get seen() {
        return watch.evaluate(({ seen }) => seen);
      },
    };
  }

  /** Does what leads to a file being saved, and reads it. */
  saved(save: () => Promise<void>): Promise<SavedFile> {
    return savedFile(this, save);
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
    return this.root.getByRole('button', { name: /^(Revert|Undo the revert|Take snapshot and (revert|undo))$/ });
  }

  /** Whether a snapshot of the present is taken first. */
  get safety(): Locator {
    return this.root.getByRole('checkbox', { name: /^Take a safety snapshot first/ });
  }

  /** Whether the managed save image is removed first. */
  get removeManagedSave(): Locator {
    return this.root.getByRole('checkbox', { name: 'Remove the managed save image first' });
  }

  /** Where a protected domain wants its name. */
  get typedName(): Locator {
    return this.root.getByRole('textbox');
  }

  get force(): Locator {
    return this.root.getByRole('checkbox', { name: 'Revert with --force' });
  }

  choice(name: 'As it was' | 'Running' | 'Paused'): Locator {
    return this.root.getByRole('radio', { name: name === 'As it was' ? /^As it was/ : name });
  }

  /** Waits until the plan is there to be read. */
  async ready(): Promise<void> {
    await expect(this.root.getByRole('heading', { level: 3 }).first()).toBeVisible();
    await expect(this.root.getByRole('button', { name: /^(Cancel|Close)$/ })).toBeFocused();
  }

  /** Confirms, and waits until libvirt has done it and the dialog is gone. */
  async confirm(): Promise<void> {
    await this.revert.click();
    await expect(this.root).toBeHidden({ timeout: 60_000 });
  }
}

/** What is done to several domains at once: the plan of each, the progress and the report. */
class BatchDialog {
  readonly root: Locator;

  constructor(page: Page) {
    this.root = page.getByRole('alertdialog');
  }

  get report(): Locator {
    return this.root.getByRole('treegrid', { name: 'Report' });
  }

  get saveReport(): Locator {
    return this.root.getByRole('button', { name: 'Save report' });
  }

  /** The row of a domain, in the plan, the progress or the report. */
  row(domain: string): Locator {
    return this.root.getByRole('row').filter({ has: this.root.page().getByText(domain, { exact: true }) });
  }

  /** Leaves a domain of the plan out by hand. */
  async leaveOut(domain: string): Promise<void> {
    await this.row(domain).click();
    await this.root.getByRole('button', { name: 'Leave out' }).click();
  }

  /** Waits for the end of the run and its report. */
  async ended(): Promise<void> {
    await expect(this.report).toBeVisible({ timeout: 100_000 });
  }
}

export class TakeEachDialog extends BatchDialog {
  get plan(): Locator {
    return this.root.getByRole('treegrid', { name: 'Plan of the snapshots' });
  }

  get name(): Locator {
    return this.root.getByRole('textbox', { name: 'Name of each' });
  }

  get warned(): Locator {
    return this.root.getByRole('checkbox', { name: /with a warning$/ });
  }

  get take(): Locator {
    return this.root.getByRole('button', { name: /^Take \d+ snapshots?$/ });
  }

  /** Opens it for the selected domains. */
  async open(): Promise<void> {
    await this.root.page().getByRole('navigation').getByRole('button', { name: 'Take snapshots…' }).click();
    await expect(this.plan).toBeVisible();
  }
}

export class LabDialog extends BatchDialog {
  get plan(): Locator {
    return this.root.getByRole('treegrid', { name: 'Plan of the lab reset' });
  }

  get acknowledge(): Locator {
    return this.root.getByRole('checkbox', { name: /is lost$/ });
  }

  get force(): Locator {
    return this.root.getByRole('checkbox', { name: /with --force$/ });
  }

  get revert(): Locator {
    return this.root.getByRole('button', { name: /^Revert \d+ domains?$/ });
  }

  /** Opens it for the selected domains and goes on to the plan. */
  async open(target: 'current' | 'newest' | { named: string } | { tagged: string } = 'current'): Promise<void> {
    const { root } = this;
    await root.page().getByRole('button', { name: 'Lab reset…' }).click();
    if (target === 'newest') await root.getByRole('radio', { name: /^Its newest/ }).check();
    if (typeof target === 'object' && 'named' in target)
      await root.getByRole('textbox', { name: 'Name of the snapshot' }).fill(target.named);
    if (typeof target === 'object' && 'tagged' in target)
      await root.getByRole('combobox', { name: 'Tag of the snapshot' }).fill(target.tagged);
    await root.getByRole('button', { name: 'Show the plan' }).click();
    await expect(this.plan).toBeVisible();
  }
}
