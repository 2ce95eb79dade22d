import { exact } from '../../shared/visible.ts';
import { openHostView, pushNotice } from './actions.ts';
import { problemOf } from './api.ts';
import type { App } from './store.ts';

/** Copies a text as it is, whatever was made visible in it; a clipboard that is not allowed is said too. */
export async function copyText(app: App, text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(exact(text));
    return true;
  } catch (error) {
    pushNotice(app.store, {
      tone: 'failed',
      title: 'Nothing was copied',
      lines: ['This window is not allowed to use the clipboard.'],
      detail: String(error),
    });
    return false;
  }
}

/** Shows why a call that has no place of its own to say so failed. */
export function tellCallFailed(app: App, error: unknown): void {
  const { what, effect, next, detail } = problemOf(error);
  pushNotice(app.store, { tone: 'failed', title: what, lines: [effect, next], ...(detail ? { detail } : {}) });
}

/** Adds the simulated host, if it is not in the list, and opens it. */
export function openDemo(app: App): void {
  app.client.hosts.addDemo().then(
    ({ hostId }) => openHostView(app.store, hostId),
    (error) => tellCallFailed(app, error),
  );
}

export function focusField(id: string): void {
  const field = document.getElementById(id);
  field?.focus();
  if (field instanceof HTMLInputElement) field.select();
}
