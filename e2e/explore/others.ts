import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CommandError, run, sleep } from '../lab/run.ts';
import type { Stage } from './stage.ts';
import type { OtherStep } from './steps.ts';
import { DaemonGone, isGone } from './virsh.ts';

/** libvirt names the overlays of a revert by the second: two in the same one collide. */
const secondMs = 1_050;

const reverts = new WeakMap<Stage, number>();

/** Another revert has to wait for the next second. */
export function noteRevert(stage: Stage): void {
  reverts.set(stage, Date.now());
}

/** Does what somebody else does. Answers with virsh's or the program's complaint; empty when it was done. @throws DaemonGone */
export async function carryOutOther(stage: Stage, step: OtherStep): Promise<string> {
  const { lab, uuid, dir } = stage;
  const filled = (text: string) => text.replaceAll('{dir}', dir).replaceAll('{dom}', uuid);
  const beside = join(dirname(dir), 'text.xml');
  try {
    switch (step.by) {
      case 'daemon':
        await lab.restartDaemon();
        return '';
      case 'shell':
        await run(step.argv.map(filled));
        return '';
      case 'define': {
        const xml = await lab.virsh('dumpxml', uuid, '--inactive', '--security-info');
        await writeFile(beside, changed(xml, step.target, step.change, filled));
        await lab.virsh('define', beside);
        return '';
      }
      case 'virsh':
        if (step.xml !== undefined) await writeFile(beside, filled(step.xml));
        if (step.args[0] === 'snapshot-revert') await sleep((reverts.get(stage) ?? 0) + secondMs - Date.now());
        await lab.virsh(...step.args.map((arg) => filled(arg).replaceAll('{xml}', beside)));
        return '';
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (isGone(error.stderr)) throw new DaemonGone(error.stderr);
    return error.stderr.trim() || error.message;
  }
}

function changed(
  xml: string,
  target: string,
  change: { readonly snapshot: string } | { readonly file: string },
  filled: (text: string) => string,
): string {
  return xml.replaceAll(/<disk [\s\S]*?<\/disk>/g, (disk) => {
    if (!disk.includes(`dev='${target}'`)) return disk;
    if ('snapshot' in change)
      return disk.replace(/ snapshot='\w+'/, '').replace('<disk ', `<disk snapshot='${change.snapshot}' `);
    const file = filled(change.file).replace(/[<>&'"]/g, (character) => `&#${character.codePointAt(0)};`);
    return disk.replace(/<source file='[^']*'/, () => `<source file='${file}'`);
  });
}
