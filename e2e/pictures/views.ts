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
    name: 'revert',
    inDocs: true,
    show: async (app) => {
      await app.open('web-01');
      await app.askRevert('app-2.0');
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
