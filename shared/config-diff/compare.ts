import type { ConfigDifference, ConfigLine } from '../schema.ts';
import { configDifferences } from './changes.ts';
import { withoutFilledIn } from './filled-in.ts';
import { type LayerLink, layeredDisks, linksOf, onLayersOf } from './layers.ts';
import { sideBySide } from './lines.ts';
import { withoutNoise } from './noise.ts';
import type { ConfigNode } from './tree.ts';

export interface CompareOptions {
  /** One of them at least is a running guest's. */
  readonly running: boolean;
  /** What is known of images that lie on one another, beyond what the configurations tell. */
  readonly links: readonly LayerLink[];
}

export interface Compared {
  readonly changes: ConfigDifference[];
  readonly lines: ConfigLine[];
  /** Disks that are on another overlay of the same chain now. That is in the lines, but is no change. */
  readonly layered: string[];
}

/** Two configurations of one domain: a snapshot's and a later one. */
export function compareConfigs(then: ConfigNode, now: ConfigNode, { running, links }: CompareOptions): Compared {
  const layered = layeredDisks(then, now, [...links, ...linksOf(then), ...linksOf(now)]);
  const [left, right] = withoutFilledIn(withoutNoise(then), withoutNoise(now), running);
  return {
    changes: configDifferences(left, onLayersOf(right, left, layered)),
    lines: sideBySide(left, right),
    layered,
  };
}
