import { type GridViews, readGridViews } from './grid-views.ts';
import { readPlaces } from './places.ts';
import type { Place } from './store.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** How the person likes the window; kept on this machine. */
export interface WindowSettings {
  theme: Theme;
  inspectorOpen: boolean;
  inspectorWidth: number;
  collapsedHosts: readonly string[];
  /** By name; an empty one is that of hosts without a group. */
  collapsedGroups: readonly string[];
  lastDomain: string | null;
  /** The newest first. */
  recentPlaces: readonly Place[];
  grids: GridViews;
}

export const inspectorWidths = { min: 280, usual: 348, max: 720 };

const storageKey = 'snapkeel.settings';

const defaults: WindowSettings = {
  theme: 'system',
  inspectorOpen: true,
  inspectorWidth: inspectorWidths.usual,
  collapsedHosts: [],
  collapsedGroups: [],
  lastDomain: null,
  recentPlaces: [],
  grids: {},
};

/** The kept settings; whatever is missing or isn't of its type is as usual. */
export function loadWindowSettings(): WindowSettings {
  const kept = readKept();
  const width = typeof kept.inspectorWidth === 'number' ? kept.inspectorWidth : defaults.inspectorWidth;
  return {
    theme: themes.find((theme) => theme === kept.theme) ?? defaults.theme,
    inspectorOpen: typeof kept.inspectorOpen === 'boolean' ? kept.inspectorOpen : defaults.inspectorOpen,
    inspectorWidth: clampInspectorWidth(width),
    collapsedHosts: stringsOf(kept.collapsedHosts),
    collapsedGroups: stringsOf(kept.collapsedGroups),
    lastDomain: typeof kept.lastDomain === 'string' ? kept.lastDomain : defaults.lastDomain,
    recentPlaces: readPlaces(kept.recentPlaces),
    grids: readGridViews(kept.grids),
  };
}

export function saveWindowSettings(settings: WindowSettings): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(settings));
  } catch {
    // Storage may be full or forbidden; the settings then last as long as the window.
  }
}

export function clampInspectorWidth(width: number): number {
  return Math.min(Math.max(Math.round(width), inspectorWidths.min), inspectorWidths.max);
}

function stringsOf(kept: unknown): string[] {
  return Array.isArray(kept) ? kept.filter((each) => typeof each === 'string') : [];
}

function readKept(): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    return typeof kept === 'object' && kept !== null ? { ...kept } : {};
  } catch {
    return {};
  }
}
