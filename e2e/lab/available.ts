import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whether something can be done on this machine, and if not, why. */
export type Availability = { readonly ok: true } | { readonly ok: false; readonly reason: string };

const sbin = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
const clientTools = ['virsh', 'qemu-img', 'qemu-io', 'setpriv'];
const hostTools = ['libvirtd', 'qemu-system-x86_64'];
const systemTools = ['unshare', 'nsenter', 'chroot', 'mount'];
const builderTools = ['mmdebstrap', 'flock'];
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** True when the process runs as root: labs are then system daemons in namespaces of their own. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** PATH with the folders of system tools, which a plain user's PATH may lack. */
export function toolPath(): string {
  return [process.env.PATH ?? '', ...sbin].join(delimiter);
}

/** Whether a lab with the machine's own libvirt can be started. */
export function labAvailable(): Availability {
  return firstProblem(missingTools([...clientTools, ...hostTools]), namespaceProblem());
}

/** Whether labs of other generations of libvirt can be built and started; `npm test` says so where building failed. */
export function canBuildGenerations(): Availability {
  if (!isRoot()) return { ok: false, reason: 'building a Debian root needs root' };
  const { SNAPKEEL_NO_GENERATIONS: failure } = process.env;
  if (failure) return { ok: false, reason: failure };
  return firstProblem(
    missingTools([...clientTools, ...builderTools]),
    existsSync(keyring) ? undefined : 'the package debian-archive-keyring is missing',
    namespaceProblem(),
  );
}

/** Whether a private SSH server can be started. */
export function sshdAvailable(): Availability {
  const lab = labAvailable();
  return lab.ok ? firstProblem(missingTools(['sshd', 'ssh-keygen', 'ssh-keyscan'])) : lab;
}

/** Whether a lab can have a system bus and a polkitd of its own. */
export function polkitAvailable(): Availability {
  const lab = labAvailable();
  if (!lab.ok) return lab;
  if (!isRoot()) return { ok: false, reason: 'a polkitd in a lab needs root' };
  return firstProblem(
    missingTools(['dbus-daemon']),
    polkitdPath() === undefined ? 'missing on this machine: polkitd' : undefined,
  );
}

/** polkitd is on nobody's PATH. */
export function polkitdPath(): string | undefined {
  return ['/usr/lib/polkit-1/polkitd', '/usr/libexec/polkitd'].find(isExecutable);
}

/** The first of these, as an answer. */
export function firstProblem(...problems: (string | undefined)[]): Availability {
  const reason = problems.find((problem) => problem !== undefined);
  return reason === undefined ? { ok: true } : { ok: false, reason };
}

/** Whether a program is on PATH, or where system tools are. */
export function isInstalled(name: string): boolean {
  return toolPath()
    .split(delimiter)
    .some((folder) => isExecutable(join(folder, name)));
}

/** Which of these programs this machine lacks, in words. */
export function missingTools(names: readonly string[]): string | undefined {
  const missing = names.filter((name) => !isInstalled(name));
  return missing.length > 0 ? `missing on this machine: ${missing.join(', ')}` : undefined;
}

/** It is there, and this user may run it. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

let knownNamespaceProblem: { readonly answer: string | undefined } | undefined;

/** Root in a container may be allowed neither namespaces nor mounts: try both. */
function namespaceProblem(): string | undefined {
  if (!isRoot()) return undefined;
  knownNamespaceProblem ??= { answer: missingTools(systemTools) ?? tryNamespaces() };
  return knownNamespaceProblem.answer;
}

const overlayTrial = `set -e
mount -t tmpfs lab /tmp
mkdir /tmp/upper /tmp/work /tmp/root
mount -t overlay -o lowerdir=/,upperdir=/tmp/upper,workdir=/tmp/work lab /tmp/root`;

function tryNamespaces(): string | undefined {
  const argv = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', 'sh', '-c', overlayTrial];
  const trial = spawnSync('unshare', argv, { encoding: 'utf8', timeout: 10_000 });
  if (trial.status === 0) return undefined;
  return `no mount namespace with an overlay can be had here: ${(trial.stderr ?? '').trim() || trial.error?.message}`;
}
