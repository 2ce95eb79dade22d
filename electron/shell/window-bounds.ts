import { readSmall, writeAnew } from '../regular-file.ts';

/** In pixels of the desktop. */
export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a window was when it was closed last. */
export interface KeptWindow extends Bounds {
  readonly maximized: boolean;
}

/** Size of a window that was never open; pixels. */
export const usualSize = { width: 1320, height: 840 };
export const leastSize = { width: 640, height: 480 };

/** The kept place; null where there is none, or what is kept makes no sense. */
export function readWindow(file: string): KeptWindow | null {
  try {
    const kept: Partial<KeptWindow> = JSON.parse(readSmall(file));
    const numbers = [kept.x, kept.y, kept.width, kept.height];
    if (!numbers.every((each) => Number.isSafeInteger(each))) return null;
    return { ...(kept as Bounds), maximized: kept.maximized === true };
  } catch {
    return null;
  }
}

/** What cannot be kept is not: the window opens as usual next time. */
export function keepWindow(file: string, { x, y, width, height }: Bounds, maximized: boolean): void {
  try {
    writeAnew(file, JSON.stringify({ x, y, width, height, maximized }));
  } catch {}
}

/** The same window, no larger than the screen and wholly on it. @param area what windows may cover of that screen */
export function fitInto(bounds: Bounds, area: Bounds): Bounds {
  const width = Math.min(Math.max(bounds.width, leastSize.width), area.width);
  const height = Math.min(Math.max(bounds.height, leastSize.height), area.height);
  const within = (at: number, start: number, room: number) => Math.min(Math.max(at, start), start + room);
  return {
    x: within(bounds.x, area.x, area.width - width),
    y: within(bounds.y, area.y, area.height - height),
    width,
    height,
  };
}
