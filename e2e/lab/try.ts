import type { Generation } from './generations.ts';
import { startLab } from './lab.ts';

const t0 = performance.now();
const lap = (what: string) => console.log(((performance.now() - t0) / 1000).toFixed(2), what);
const lab = await startLab({ generation: (process.argv[2] ?? 'host') as Generation, onProgress: (l) => lap(l) });
lap(`lab ${lab.version} ${lab.dir}`);
try {
  const g = await lab.guest({ name: 'alpha', graphics: true, memoryMiB: Number(process.argv[3] ?? 16) });
  lap('defined');
  await g.writeBytes(1 << 20, 'before');
  lap('write');
  await g.start();
  lap(`started ${await g.counter()}`);
  await g.counted(30);
  lap('counted');
  await g.snapshot('one');
  lap(`snapshot; counter ${await g.counter()}`);
  await g.counted(80);
  lap('counted');
  await g.revert('one');
  lap(`reverted; counter ${await g.counter()}`);
  await g.revert('one');
  lap(`reverted again; counter ${await g.counter()}`);
  await g.destroy();
  await g.writeBytes(1 << 20, 'after!');
  lap(`destroyed ${await g.readBytes(1 << 20, 6)}`);
  await g.revert('one');
  lap(`reverted off; ${await g.state()} counter ${await g.counter()} ${await g.readBytes(1 << 20, 6)}`);
  await lab.restartDaemon();
  lap(`daemon restarted ${await g.state()} ${await g.counter()} ${await g.current()} ${await g.snapshots()}`);
  if (process.argv[4]) {
    await lab.virsh('screenshot', 'alpha', '--file', process.argv[4]);
    lap('shot');
  }
  await g.destroy();
  await g.snapshot('off');
  lap('offline snapshot');
  await g.revert('off');
  lap('offline revert');
} finally {
  if (process.env.KEEP) await new Promise(() => setInterval(() => {}, 1000));
  await lab.stop();
  lap('stopped');
}
