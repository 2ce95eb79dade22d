import type { ConsolePicture } from '../../../shared/schema.ts';
import type { Capture } from './capture.ts';

/** As the window shows it. */
export function consolePicture(capture: Capture | null): ConsolePicture | null {
  return capture && { dataUrl: `data:image/png;base64,${capture.png.toString('base64')}`, takenAt: capture.takenAt };
}
