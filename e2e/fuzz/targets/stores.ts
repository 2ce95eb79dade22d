import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hub } from '../../../electron/hosts/hub.ts';
import { HostStore } from '../../../electron/kept/host-store.ts';
import { MarkStore } from '../../../electron/kept/marks.ts';
import { defaultSettings, SettingsStore } from '../../../electron/kept/settings.ts';
import { Thumbnails } from '../../../electron/kept/thumbnails/store.ts';
import { readWindow } from '../../../electron/shell/window-bounds.ts';
import { mutatedText } from '../mutate.ts';
import { holds, refused, type Target, taken } from '../target.ts';

const log = () => {};
const seeds = [
  '{"version":1,"hosts":[{"id":"a","name":"kvm-a","uri":"qemu+ssh://kvm-a/system"}]}',
  '{"theme":"dark","thumbnails":true,"thumbnailsMiB":100,"thumbnailDays":365}',
  '{"version":1,"protected":[],"pinned":[{"host":"h","uuid":"u","name":"n","createdAt":1}],"tagged":[],"interrupted":[],"imported":[],"safety":[],"lastReverts":[]}',
  '{"version":1,"pictures":[{"host":"h","uuid":"u","name":"n","createdAt":1,"takenAt":2,"file":"a.png","bytes":3}]}',
  '{"x":1,"y":2,"width":800,"height":600,"maximized":false}',
  '{"version":2,"hosts":[{"key":"qemu+ssh://kvm-a/system","id":"a","name":"kvm-a","group":"lab","colour":"teal","note":"","protected":true,"readOnly":false}]}',
];
const openers: readonly ((path: string) => Promise<unknown>)[] = [
  (path) => HostStore.open(path, log),
  (path) => SettingsStore.open(path, new Hub(), log),
  (path) => MarkStore.open(path, new Hub(), () => [], log),
  (path) => Thumbnails.open(join(path, '..'), () => defaultSettings, log),
  async (path) => readWindow(path),
  (path) => HostStore.open(path, log),
];

/** Files of the data directory: they are read, or else what was in them is still there, under this name or another. */
export const stores: Target = {
  name: 'stores',
  unit: 'files',
  full: 5_000,
  draw: (random) => {
    const kind = random.below(openers.length);
    return `${kind}${mutatedText(random, seeds[kind] as string, seeds)}`;
  },
  async read(input) {
    const [kind, text] = [Number((input as string)[0]), (input as string).slice(1)];
    const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
    const path = join(folder, 'index.json');
    try {
      writeFileSync(path, text);
      const before = readFileSync(path, 'utf8');
      await openers[kind % openers.length]?.(path);
      const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
      const isSame = existsSync(path) && kept.includes(before);
      // Pictures are tidied at once: what is listed and too old goes.
      holds(kept.includes(before) || kind === 3, 'what was in the file is still there');
      return isSame ? taken : refused;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
