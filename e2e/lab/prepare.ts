import { canBuildGenerations } from './available.ts';
import { generationRoot, generations } from './generations.ts';

/*
 * Builds the Debian roots of the other generations of libvirt before any test waits for one. Where that fails, as without
 * a mirror, the last line of standard error is the reason, and the code is 1.
 */
const available = canBuildGenerations();
if (available.ok)
  await Promise.all(generations.map((generation) => generationRoot(generation, (line) => console.log(line)))).catch(
    (error: Error) => {
      console.error(error.message.split('\n')[0]);
      process.exit(1);
    },
  );
