import type { Theme } from '../store/settings.ts';

/** Has the page drawn in a theme; `system` is whatever the system has. */
export function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
