#!/bin/sh
# Runs a program with the machine's files, but with a lab's /run and among its processes.
# usage: alongside.sh DIR PROGRAM...
set -eu
dir=$1
shift
exec nsenter --target "$(cat "$dir/init.pid")" --pid -- unshare --mount --propagation private \
  sh -c 'mount --bind "$0/run" /run && exec "$@"' "$dir" "$@"
