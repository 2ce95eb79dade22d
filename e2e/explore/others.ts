import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Lab } from '../lab/lab.ts';
import { CommandError, run, sleep } from '../lab/run.ts';
import { refreshPool, type Stage } from './stage.ts';
import type { OtherStep } from './steps.ts';
import { leaveVirsh, virshEach } from './virsh.ts';

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
        leaveVirsh(lab);
        await lab.restartDaemon();
        return '';
      case 'shell':
        await run(step.argv.map(filled));
        await refreshPool(stage);
        return '';
      case 'define': {
        const [xml] = await virshEach(lab, [['dumpxml', uuid, '--inactive', '--security-info']]);
        if (xml?.error !== '') return xml?.error ?? '';
        await writeFile(beside, changed(xml.out, step.target, step.change, filled));
        return await complaint(lab, 'define', beside);
      }
      case 'virsh':
        if (step.xml !== undefined) await writeFile(beside, filled(step.xml));
        if (step.args[0] === 'snapshot-revert') await sleep((reverts.get(stage) ?? 0) + secondMs - Date.now());
        return await complaint(lab, ...step.args.map((arg) => filled(arg).replaceAll('{xml}', beside)));
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return error.stderr.trim() || error.message;
  }
}

async function complaint(lab: Lab, ...words: string[]): Promise<string> {
  return (await virshEach(lab, [words]))[0]?.error ?? '';
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
