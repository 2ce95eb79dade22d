#!/bin/sh
# Builds the Debian root DIR of SUITE unless it is there. Run it under flock, one at a time for each DIR.
# A mount namespace of its own: whatever mmdebstrap leaves mounted when interrupted is gone with it.
# usage: build-root.sh SUITE DIR
set -eu
suite=$1 dir=$2
[ -e "$dir/.complete" ] && exit 0
rm -rf --one-file-system -- "$dir" "$dir.building"
setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
  mmdebstrap --variant=apt \
  --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
  --include=libvirt-daemon-system,libvirt-clients,qemu-system-x86,qemu-utils,openssh-server \
  --aptopt='Acquire::Check-Valid-Until "false"' \
  --aptopt='APT::Install-Recommends "false"' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  "$suite" "$dir.building"
: >"$dir.building/.complete"
mv -T -- "$dir.building" "$dir"
