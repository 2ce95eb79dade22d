import { imageScenes } from './images.ts';
import { layeredScenes } from './layered.ts';
import { plainScenes } from './plain.ts';
import type { Scenes } from './scene.ts';
import { storedScenes } from './stored.ts';

/** Every guest of the matrix by its name, in the order in which they are made. */
export const scenes: Scenes = { ...plainScenes, ...storedScenes, ...imageScenes, ...layeredScenes };
