import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { root } from '../../packaging/project.ts';

/** Runs what comes on its input as nobody, where AppArmor’s switch has a value, in mounts of its own. */
const withSwitch = `
mount -t tmpfs tmpfs /proc/sys
mkdir -p /proc/sys/kernel
echo "$1" >/proc/sys/kernel/apparmor_restrict_unprivileged_userns
exec setpriv --reuid=65534 --regid=65534 --clear-groups sh -s
`;
const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;
if (!canMount) console.log('Left out: an AppImage under AppArmor’s restriction, which only root can imitate.');

test.skipIf(!canMount)('an AppImage says so where AppArmor keeps its sandbox from working', () => {
  const start = (value: string): string =>
    spawnSync('unshare', ['--mount', 'sh', '-ec', withSwitch, 'sh', value], {
      encoding: 'utf8',
      input: readFileSync(`${root}packaging/linux/AppRun`),
      env: { ...process.env, APPDIR: '/nowhere' },
    }).stderr;
  expect(start('1')).toContain('AppArmor lets only programs that have a profile use user namespaces');
  expect(start('0')).not.toContain('AppArmor');
});
