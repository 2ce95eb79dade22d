import { canBuildGenerations, labAvailable } from '../lab/available.ts';
import { kinds } from './kinds.ts';
import { holdImage, type ImageCase } from './offline.ts';
import { runGeneration, type SizeCase } from './stage.ts';

/*
 * `npm run sizes`: what is told of the sizes of snapshots, held against what deleting and reverting on copies really does, on
 * each generation of libvirt, with guests that are off, run, and are paused. `npm run sizes -- 12.8 subclusters` is that
 * generation alone, and kinds of images with this in their name.
 */
/** Images of each kind. */
const SEEDS = 2;
const all = ['9.0', '11.3', '12.8'] as const;
const asked = process.argv.slice(2);
const versions = all.filter((each) => asked.includes(each));
const words = asked.filter((each) => !versions.some((version) => version === each));
const wanted = kinds.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const problem = [labAvailable(), canBuildGenerations()].find((each) => !each.ok);

if (problem && !problem.ok) {
  console.error(`Sizes cannot be proven here: ${problem.reason}`);
  process.exitCode = 1;
} else {
  const cases: SizeCase[] = [];
  for (const generation of versions.length > 0 ? versions : all)
    cases.push(...(await runGeneration(generation, wanted, 1, (line) => console.log(line))));
  for (const { version, state, kind, what, told, really } of cases.filter(({ agrees }) => !agrees))
    console.log(`OFF libvirt ${version}, ${state}, ${kind}: ${what} is told as ${told}, and really is ${really}`);
  for (const version of new Set(cases.map((each) => each.version))) {
    const own = cases.filter((each) => each.version === version);
    const of = (state: SizeCase['state']) => own.filter((each) => each.state === state).length;
    console.log(`libvirt ${version}: ${of('off')} off, ${of('running')} running, ${of('paused')} paused`);
  }
  // Images that are gone back to, grow, and lose snapshots, as only qemu-img does it to one that no guest has.
  const alone: (ImageCase & { readonly kind: string; readonly seed: number })[] = [];
  for (const kind of wanted)
    for (let seed = 1; seed <= SEEDS; seed++)
      alone.push(...(await holdImage(kind, seed)).map((each) => ({ ...each, kind: kind.name, seed })));
  for (const { kind, seed, what, told, really } of alone.filter(({ agrees }) => !agrees))
    console.log(`OFF ${kind}, seed ${seed}: ${what} is told as ${told}, and really is ${really}`);
  console.log(`images without a guest: ${alone.filter(({ agrees }) => agrees).length} of ${alone.length} cases agreed`);
  if (alone.some(({ agrees }) => !agrees)) process.exitCode = 1;
  const agreed = cases.filter(({ agrees }) => agrees).length;
  console.log(`sizes: ${agreed} of ${cases.length} cases agreed`);
  if (agreed < cases.length) process.exitCode = 1;
}
