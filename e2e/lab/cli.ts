import { parseArgs } from 'node:util';
import { type Generation, generations } from './generations.ts';
import { type Lab, startLab } from './lab.ts';
import { type Sshd, startSshd } from './sshd.ts';

const usage = `usage: npm run lab -- [--generation ${generations.join('|')}] [--ssh]`;
const wanted = commandLine();
if (wanted) {
  await serve(wanted.generation, wanted.ssh);
} else {
  console.error(usage);
  process.exitCode = 2;
}

function commandLine(): { generation: Generation; ssh: boolean } | undefined {
  try {
    const options = {
      generation: { type: 'string', default: 'host' },
      ssh: { type: 'boolean', default: false },
    } as const;
    const { values } = parseArgs({ options });
    const generation = (['host', ...generations] as const).find((name) => name === values.generation);
    return generation && { generation, ssh: values.ssh };
  } catch {
    return undefined;
  }
}

/** Runs a lab until Ctrl+C. */
async function serve(generation: Generation, ssh: boolean): Promise<void> {
  const stopped = interruption();
  console.log('Starting a private libvirtd…');
  const lab = await startLab({ generation, onProgress: (line) => console.log(`  ${line}`) });
  try {
    const sshd = ssh ? await startSshd(lab) : undefined;
    const furnished = furnish(lab).then(() => true);
    if (await Promise.race([stopped.then(() => false), furnished])) {
      console.log(directions(lab, sshd));
      await stopped;
    }
    console.log('\nStopping…');
  } finally {
    await lab.stop();
  }
}

/** Three guests: one running with memory snapshots, one shut off with a branch in its history, one transient. */
async function furnish(lab: Lab): Promise<void> {
  const web = await lab.guest({ name: 'web', graphics: 'port', description: 'Runs, with snapshots of its memory.' });
  await web.start();
  await web.snapshot('fresh', '--description', 'Just booted');
  await web.counted(40);
  await web.snapshot('before-upgrade', '--description', 'Counts on from 40 or so');

  const database = await lab.guest({ name: 'database', disks: 2, description: 'Shut off, with a branch.' });
  await database.writeBytes(1 << 20, 'schema 1');
  await database.snapshot('schema-1');
  await database.writeBytes(1 << 20, 'schema 2');
  await database.snapshot('schema-2');
  await database.revert('schema-1');
  await database.writeBytes(1 << 20, 'schema 2, another way');
  await database.snapshot('schema-2-retry');

  const scratch = await lab.guest({ name: 'scratch', transient: true, description: 'Gone once it stops.' });
  await scratch.snapshot('first-try');
}

function directions(lab: Lab, sshd: Sshd | undefined): string {
  const lines = [
    '',
    `libvirt ${lab.version} is ready, with the guests web, database and scratch. Connect to:`,
    `  QEMU         ${lab.uri}`,
    `  test driver  ${lab.testUri}`,
  ];
  if (sshd) lines.push(`  over SSH     ${sshd.uri}`, `               whose host key is ${sshd.hostKeyFingerprint}`);
  lines.push('', `From a shell: virsh --connect '${lab.uri}' list --all`, 'Ctrl+C stops it and removes everything.');
  return lines.join('\n');
}

/** Resolves at the first signal to end; later ones (npm and tsx pass Ctrl+C on as well) change nothing. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, 60_000);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        clearInterval(alive);
        resolve();
      });
    }
  });
}
