import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isRoot, toolPath } from './available.ts';

/** Settings of libvirtd.conf by their names there. */
export type DaemonSettings = Readonly<Record<string, string | number | readonly string[]>>;

/** The command that starts a lab's libvirtd; it returns once the daemon listens. */
export function daemonArgv(dir: string, listens = false): string[] {
  const config = join(dir, 'etc/libvirt/libvirtd.conf');
  const argv = ['libvirtd', '--daemon', '--config', config, '--pid-file', join(dir, 'run/libvirtd.pid')];
  return listens ? [...argv, '--listen'] : argv;
}

/**
 * A lab's configuration files. QEMU runs as root without cgroups, namespaces or labels, so that it needs nothing of the
 * machine; it writes its log itself, so that no virtlogd is needed.
 * @param settings more of libvirtd's
 */
export function daemonFiles(dir: string, settings: DaemonSettings = {}): { path: string; text: string }[] {
  const owner = isRoot() ? ['user = "root"', 'group = "root"'] : [];
  const qemu = [
    ...owner,
    'namespaces = []',
    'cgroup_controllers = []',
    'security_driver = "none"',
    'remember_owner = 0',
    'stdio_handler = "file"',
  ];
  const libvirtd = [
    'auth_unix_ro = "none"',
    'auth_unix_rw = "none"',
    'unix_sock_rw_perms = "0700"',
    'log_level = 3',
    `log_outputs = "3:file:${join(dir, 'log/libvirtd.log')}"`,
    ...Object.entries(settings).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
  ];
  return [
    { path: join(dir, 'etc/libvirt/qemu.conf'), text: `${qemu.join('\n')}\n` },
    { path: join(dir, 'etc/libvirt/libvirtd.conf'), text: `${libvirtd.join('\n')}\n` },
  ];
}

/** The environment of everything that runs inside a lab. */
export function labEnvironment(dir: string): Record<string, string> {
  const common = { PATH: toolPath(), LC_ALL: 'C.UTF-8', SASL_CONF_PATH: join(dir, 'etc/sasl2') };
  if (isRoot()) return { ...common, HOME: '/root' };
  return {
    ...common,
    HOME: userInfo().homedir,
    XDG_RUNTIME_DIR: join(dir, 'run'),
    XDG_CONFIG_HOME: join(dir, 'etc'),
    XDG_DATA_HOME: join(dir, 'lib'),
    XDG_CACHE_HOME: join(dir, 'cache'),
  };
}

/** The end of what the daemon and the lab's scripts logged. */
export async function daemonLog(dir: string): Promise<string> {
  const logs = ['lab.log', 'libvirtd.log'].map((name) => readFile(join(dir, 'log', name), 'utf8').catch(() => ''));
  return (await Promise.all(logs)).join('').trim().split('\n').slice(-20).join('\n');
}
