import { expect } from '@playwright/test';
import type { App } from '../app.ts';

/** Something that a person sees, on the demo host. */
export interface View {
  /** What its pictures are called. */
  readonly name: string;
  /** The documentation has a picture of it. */
  readonly inDocs?: true;
  /** Goes there from the app as it starts. */
  readonly show: (app: App) => Promise<void>;
}

export const views: readonly View[] = [
  { name: 'domain', inDocs: true, show: (app) => app.open('db-primary') },
  {
    name: 'tree',
    inDocs: true,
    show: async (app) => {
      await app.open('ci-image-builder');
      await app.snapshot('gcc15-lto').click();
    },
  },
  {
    name: 'several',
    show: async (app) => {
      await app.open('web-01');
      await app.snapshot('try-http3').click();
      await app.snapshot('try-http3-tuned').click({ modifiers: ['ControlOrMeta'] });
    },
  },
  {
    name: 'menu',
    show: async (app) => {
      await app.open('web-01');
      await app.snapshot('app-1.8').click({ button: 'right' });
      await expect(app.page.getByRole('menu')).toBeVisible();
    },
  },
  {
    name: 'revert',
    inDocs: true,
    show: async (app) => {
      await app.open('web-01');
      await app.askRevert('app-2.0');
    },
  },
  {
    name: 'revert-blocked',
    show: async (app) => {
      await app.open('legacy-erp');
      await app.snapshot('delivered').click();
      await app.page.keyboard.press('Enter');
      await expect(app.dialog.root.getByRole('button', { name: 'Close' })).toBeVisible();
    },
  },
  {
    name: 'delete',
    inDocs: true,
    show: async (app) => {
      await app.open('web-01');
      await app.snapshot('try-http3').click();
      await app.page.keyboard.press('Delete');
      await expect(app.dialog.root.getByRole('button', { name: /^Delete/ })).toBeVisible();
    },
  },
  {
    name: 'create',
    inDocs: true,
    show: async (app) => {
      await app.open('web-01');
      await app.page.getByRole('button', { name: 'Take snapshot' }).click();
      await expect(app.page.getByRole('textbox', { name: 'Name' })).toBeVisible();
    },
  },
  {
    name: 'health',
    inDocs: true,
    show: async (app) => {
      await app.open('wiki');
      await app.tab('Health');
    },
  },
  {
    name: 'palette',
    inDocs: true,
    show: async (app) => {
      await app.open('db-primary');
      await app.page.keyboard.press('ControlOrMeta+K');
      await app.page.getByRole('combobox').fill('db');
    },
  },
  {
    name: 'host',
    inDocs: true,
    show: async (app) => {
      await app.page.getByRole('treeitem', { name: 'Demo (simulated)' }).click();
    },
  },
  {
    name: 'batch',
    inDocs: true,
    show: async (app) => {
      await app.choose('web-01', 'web-02', 'fileserver');
      await app.takeEach.open();
    },
  },
  {
    name: 'activity',
    inDocs: true,
    show: async (app) => {
      await app.open('web-01');
      await (await app.askRevert('app-2.0')).confirm();
      await app.page.getByRole('button', { name: 'Activity' }).click();
      await app.page.getByRole('row').filter({ hasText: 'Revert to “app-2.0”' }).click();
    },
  },
  {
    name: 'connect',
    inDocs: true,
    show: async (app) => {
      await app.page.getByRole('button', { name: 'Add host' }).click();
      await app.page.getByRole('menuitem', { name: 'Connect…' }).click();
    },
  },
];

/** The main views in all their sizes and themes are held against pictures of before. */
export const sizes = [
  { width: 900, height: 600 },
  { width: 1280, height: 720 },
  { width: 1600, height: 1000 },
] as const;
export const themes = ['light', 'dark'] as const;

/** Nothing is under way any more, and nothing has the pointer over it. */
export async function settled(app: App): Promise<void> {
  await app.page.mouse.move(0, 0);
  await expect(app.page.locator('[aria-busy="true"]')).toHaveCount(0);
}
