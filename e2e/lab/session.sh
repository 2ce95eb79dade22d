#!/bin/sh
# The session daemon of a user who is not root; the environment's XDG_* point into DIR.
# usage: session.sh DIR LIBVIRTD...
set -eu
dir=$1
shift
"$@"
: >"$dir/ready"
exec sleep infinity
