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
  /** Null: as wide as the window has room for it. */
  sidebarWidth: number | null;
  collapsedHosts: readonly string[];
  /** By name; an empty one is that of hosts without a group. */
  collapsedGroups: readonly string[];
  lastDomain: string | null;
  /** The newest first. */
  recentPlaces: readonly Place[];
  grids: GridViews;
  /** The tree of snapshots grows upwards. */
  newestFirst: boolean;
  /** Each safety snapshot is folded away. */
  foldsSafety: boolean;
}

export const inspectorWidths = { min: 280, usual: 348, max: 720 };
export const sidebarWidths = { min: 180, usual: 268, max: 520 };

const storageKey = 'snapkeel.settings';

const defaults: WindowSettings = {
  theme: 'system',
  inspectorOpen: true,
  inspectorWidth: inspectorWidths.usual,
  sidebarWidth: null,
  collapsedHosts: [],
  collapsedGroups: [],
  lastDomain: null,
  recentPlaces: [],
  grids: {},
  newestFirst: false,
  foldsSafety: false,
};

/** The kept settings; whatever is missing or isn't of its type is as usual. */
export function loadWindowSettings(): WindowSettings {
  const kept = readKept();
  return {
    theme: themes.find((theme) => theme === kept.theme) ?? defaults.theme,
    inspectorOpen: booleanOf(kept.inspectorOpen, defaults.inspectorOpen),
    inspectorWidth: widthOf(kept.inspectorWidth, inspectorWidths) ?? defaults.inspectorWidth,
    sidebarWidth: widthOf(kept.sidebarWidth, sidebarWidths),
    collapsedHosts: stringsOf(kept.collapsedHosts),
    collapsedGroups: stringsOf(kept.collapsedGroups),
    lastDomain: typeof kept.lastDomain === 'string' ? kept.lastDomain : defaults.lastDomain,
    recentPlaces: readPlaces(kept.recentPlaces),
    grids: readGridViews(kept.grids),
    newestFirst: booleanOf(kept.newestFirst, defaults.newestFirst),
    foldsSafety: booleanOf(kept.foldsSafety, defaults.foldsSafety),
  };
}

export function saveWindowSettings(settings: WindowSettings): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(settings));
  } catch {
    // Storage may be full or forbidden; the settings then last as long as the window.
  }
}

function booleanOf(kept: unknown, usual: boolean): boolean {
  return typeof kept === 'boolean' ? kept : usual;
}

function widthOf(kept: unknown, { min, max }: { min: number; max: number }): number | null {
  return typeof kept === 'number' && Number.isFinite(kept) ? Math.min(Math.max(Math.round(kept), min), max) : null;
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
