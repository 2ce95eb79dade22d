import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program or a file, the Debian package that has it, and what is left out of the tests without it. */
const needed = [
  { program: 'chromium', package: 'chromium', leftOut: 'what a person does in a window' },
  {
    file: '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
    package: 'fonts-dejavu-core',
    leftOut: 'how the main views look',
  },
  { program: 'libvirtd', package: 'libvirt-daemon-system', leftOut: 'everything on a real libvirt' },
  { program: 'virsh', package: 'libvirt-clients', leftOut: 'everything on a real libvirt' },
  { program: 'qemu-system-x86_64', package: 'qemu-system-x86', leftOut: 'everything on a real libvirt' },
  { program: 'qemu-img', package: 'qemu-utils', leftOut: 'everything on a real libvirt' },
  { program: 'sshd', package: 'openssh-server', leftOut: 'everything over SSH' },
  { program: 'ssh-keygen', package: 'openssh-client', leftOut: 'everything over SSH' },
  { program: 'ip', package: 'iproute2', leftOut: 'networks that break, and hosts behind others' },
  { program: 'openssl', package: 'openssl', leftOut: 'everything over TLS' },
  // Neither starts anything of the machine's: a lab starts its own. libvirt-daemon-system brings both on Debian.
  { program: 'dbus-daemon', package: 'dbus-daemon', leftOut: 'what polkit answers on a real libvirt' },
  { file: '/usr/lib/polkit-1/polkitd', package: 'polkitd', leftOut: 'what polkit answers on a real libvirt' },
  { program: 'mmdebstrap', package: 'mmdebstrap', leftOut: 'other generations of libvirt' },
  {
    file: '/usr/include/libvirt/libvirt-domain.h',
    package: 'libvirt-dev',
    leftOut: 'the comparison of flags with libvirt’s headers',
  },
  { program: 'desktop-file-validate', package: 'desktop-file-utils', leftOut: 'validating desktop entries' },
  { program: 'appstreamcli', package: 'appstream', leftOut: 'validating the metadata of packages' },
];
/** What does the same as something needed for less; not every distribution has it. */
const spares = [{ program: 'chromium-headless-shell', package: 'chromium-headless-shell' }];
/** What only `npm run package:check` needs. */
export const neededForEveryPackage = [
  ...needed.slice(-2),
  { program: 'rpmbuild', package: 'rpm', leftOut: 'the rpm package' },
  { program: 'mksquashfs', package: 'squashfs-tools', leftOut: 'the AppImage' },
  { program: '7zz', package: '7zip', leftOut: 'the zip for macOS' },
  { program: 'lintian', package: 'lintian', leftOut: 'lintian’s view of the deb' },
];
const debianKeys = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Installs what is missing on Debian and Ubuntu, where that takes no password; says what is left out elsewhere. */
export function installSystemPackages(wanted = needed) {
  const missing = (some) => some.filter((each) => !has(each)).map((each) => each.package);
  const packages = missing(wanted);
  const more = missing(spares);
  if (!existsSync(debianKeys)) packages.push('debian-archive-keyring');
  if (packages.length + more.length === 0) return;
  const root = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (isThere('apt-get') && (root.length === 0 || succeeds(['sudo', '-n', 'true']))) {
    console.log(`Installing ${[...packages, ...more].join(', ')}…`);
    const apt = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-qq', '-o', 'Dpkg::Use-Pty=0'];
    succeeds([...apt, 'update']);
    const install = [...apt, 'install', '-y', '--no-install-recommends'];
    if (packages.length > 0) succeeds([...install, ...packages]);
    for (const each of more) succeeds([...install, each]);
  }
  for (const { program, file, leftOut } of wanted.filter((each) => !has(each)))
    console.log(`Left out: ${leftOut}, since ${program ?? file} is not on this machine.`);
}

function succeeds([command, ...args]) {
  return spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

function has({ program, file }) {
  return file === undefined ? isThere(program) : existsSync(file);
}

function isThere(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
