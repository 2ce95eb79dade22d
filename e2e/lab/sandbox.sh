#!/bin/sh
# The first process of a lab's own mount and PID namespaces. Lays a throwaway overlay over ROOT ("/" or a cached
# Debian root), puts the lab's folders where libvirt writes, starts libvirtd and then only reaps orphans.
# usage: sandbox.sh DIR ROOT LIBVIRTD...
set -eu
dir=$1 root=$2
shift 2

# The old /proc still shows this process by its number outside.
read -r pid _ </proc/self/stat
echo "$pid" >"$dir/init.pid"

layers=$dir/layers
new=$layers/root
mount -t tmpfs -o mode=755 lab "$layers"
mkdir "$layers/upper" "$layers/work" "$new"
mount -t overlay -o "lowerdir=$root,upperdir=$layers/upper,workdir=$layers/work" lab "$new"

for place in /tmp /root /dev /var/cache/libvirt; do
  mkdir -p "$new$place"
  mount -t tmpfs -o mode=755 lab "$new$place"
done
chmod 1777 "$new/tmp"
mount -t proc proc "$new/proc"
mount -t sysfs -o ro sysfs "$new/sys"

# No /dev/kvm: guests are emulated everywhere alike, and libvirt probes QEMU once instead of twice.
for device in null zero full random urandom tty; do
  : >"$new/dev/$device"
  mount --bind "/dev/$device" "$new/dev/$device"
done
mkdir "$new/dev/pts" "$new/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$new/dev/pts"
mount -t tmpfs -o mode=1777 lab "$new/dev/shm"
ln -s pts/ptmx "$new/dev/ptmx"
ln -s /proc/self/fd "$new/dev/fd"

bind() {
  mkdir -p "$new$2"
  mount --bind "$1" "$new$2"
}
bind "$dir/run" /run
bind "$dir/etc/libvirt" /etc/libvirt
bind "$dir/lib" /var/lib/libvirt
bind "$dir/log" /var/log/libvirt
bind "$dir" "$dir"

# libvirtd looks for a system bus only once.
if [ -e "$dir/etc/bus/bus.conf" ]; then
  bind "$dir/etc/polkit-1" /etc/polkit-1
  for list in passwd group; do cat "$dir/etc/bus/$list" >>"$new/etc/$list"; done
  chroot "$new" dbus-daemon --config-file "$dir/etc/bus/bus.conf"
fi

chroot "$new" "$@"
: >"$dir/ready"

# wait reaps QEMU processes too: they are orphans once daemonized, and libvirt waits for them to be gone.
sleep infinity &
wait
