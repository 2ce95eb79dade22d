#!/bin/sh
# Runs a program inside a lab's namespaces and root.
# usage: enter.sh DIR PROGRAM...
set -eu
dir=$1
shift
exec nsenter --target "$(cat "$dir/init.pid")" --mount --pid -- chroot "$dir/layers/root" "$@"
